package io.subrelay.delivery;

import io.subrelay.event.Delivery;
import io.subrelay.event.Outcome;
import io.subrelay.event.Outcome.Verdict;
import io.subrelay.redelivery.DurableRedelivery;
import io.subrelay.redelivery.RedeliverLater;
import io.subrelay.redelivery.RetryFor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.support.CamelContextHelper;

/** What the failure of a route means: as its error handling has decided, or for what that has not seen, as shared. */
final class SharedPolicy {

    private final RedeliveryPolicy redelivery;
    private final RetryFor retryFor;

    /** Reads the beans of {@code 2-delivery.camel.yaml}; Camel's defaults apply where there is not one of each. */
    SharedPolicy(CamelContext context) {
        RedeliveryPolicy policy = CamelContextHelper.findSingleByType(context, RedeliveryPolicy.class);
        redelivery = policy == null ? new RedeliveryPolicy() : policy;
        RetryFor time = CamelContextHelper.findSingleByType(context, RetryFor.class);
        retryFor = time == null ? new RetryFor() : time;
    }

    /** The longest wait that makes sense, milliseconds: one that is stored may be longer where the clock was wrong. */
    long longestWaitMs() {
        return Math.max(retryFor.getTime().toMillis(), redelivery.getMaximumRedeliveryDelay());
    }

    /**
     * @param exchange  one that has failed
     * @param retriedMs how long its delivery has been retried, milliseconds
     */
    Outcome outcome(Exchange exchange, Delivery delivery, long retriedMs) {
        Answer answer = Answer.of(exchange, exchange.getException());
        RedeliverLater later = RedeliverLater.of(exchange);
        if (later != null) {
            return Outcome.retry(answer.status(), answer.text(), later.delayMs(), later.askedMs());
        }
        if (!DurableRedelivery.isDecided(exchange)) {
            return undecided(delivery, retriedMs, answer);
        }
        return Outcome.ended(DurableRedelivery.isGivenUp(exchange) ? Verdict.GIVEN_UP : Verdict.REFUSED,
                answer.status(), answer.text());
    }

    /** For what fails beside the route, for an interruption, and for an error of the virtual machine. */
    Outcome undecided(Delivery delivery, long retriedMs, Answer answer) {
        return retryFor.matches(retriedMs)
                ? Outcome.retry(answer.status(), answer.text(), delayMs(delivery.attempts() + 1), 0)
                : Outcome.ended(Verdict.GIVEN_UP, answer.status(), answer.text());
    }

    /** @param attempts how many have failed, 1 or more */
    long delayMs(int attempts) {
        return DurableRedelivery.delayMs(redelivery, attempts);
    }
}
