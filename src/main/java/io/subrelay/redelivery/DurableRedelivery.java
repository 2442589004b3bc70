package io.subrelay.redelivery;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeExtension;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultModelReifierFactory;
import org.apache.camel.model.Model;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.reifier.errorhandler.ErrorHandlerReifier;

/**
 * Makes redelivery durable. The consumer {@link #resume resumes} an exchange before it calls the route, and reads
 * {@link RedeliverLater} from it afterwards. What each route does with a failure stays Camel's
 * {@code defaultErrorHandler} and {@code onException}, except that {@code retryWhile} of the error handler holds for
 * all of them: in Camel an {@code onException} takes its place, and would have to repeat it or redeliver for ever.
 */
public final class DurableRedelivery {

    private static final String ATTEMPTS = "CamelDurableRedeliveryAttempts";
    private static final String RETRIED_MS = "CamelDurableRedeliveryRetriedMs";
    private static final String GIVEN_UP = "CamelDurableRedeliveryGivenUp";

    private DurableRedelivery() {
    }

    /**
     * Has to come before the routes.
     *
     * @param isDurable which routes have consumers that keep redeliveries, or are called by those
     */
    public static void install(CamelContext context, Predicate<Route> isDurable) {
        context.getCamelContextExtension().getContextPlugin(Model.class).setModelReifierFactory(
                new DefaultModelReifierFactory() {
                    @Override
                    public Processor createErrorHandler(Route route, ErrorHandlerFactory factory, Processor processor)
                            throws Exception {
                        return factory instanceof DefaultErrorHandlerDefinition definition && isDurable.test(route)
                                ? new Reifier(route, definition).createErrorHandler(processor)
                                : super.createErrorHandler(route, factory, processor);
                    }
                });
    }

    /**
     * Tells an exchange what was before it.
     *
     * @param attempts  how many attempts have failed
     * @param retriedMs how long ago the first one was made, milliseconds, by a clock that nobody sets
     */
    public static void resume(Exchange exchange, int attempts, long retriedMs) {
        exchange.setProperty(ATTEMPTS, attempts);
        exchange.setProperty(RETRIED_MS, retriedMs);
    }

    static int attempts(Exchange exchange) {
        return exchange.getProperty(ATTEMPTS, 0, Integer.class);
    }

    /** 0 if this is the first one. */
    static long retriedMs(Exchange exchange) {
        return exchange.getProperty(RETRIED_MS, 0L, Long.class);
    }

    /**
     * The delay before a redelivery, from the number of attempts alone: what was waited before is not kept. Collision
     * avoidance applies once, to the result.
     *
     * @param  attempts how many have failed, 1 or more
     * @return          milliseconds
     */
    public static long delayMs(RedeliveryPolicy policy, int attempts) {
        RedeliveryPolicy steady = policy;
        if (policy.isUseCollisionAvoidance()) {
            steady = policy.copy();
            steady.setUseCollisionAvoidance(false);
        }
        long delay = 0;
        long before = -1;
        for (int n = 1; n <= attempts && delay != before; n++) {
            before = delay;
            delay = steady.calculateRedeliveryDelay(delay, policy.getDelayPattern() == null ? n : attempts);
        }
        if (steady == policy) {
            return delay;
        }
        double variance = policy.getCollisionAvoidanceFactor() * ThreadLocalRandom.current().nextDouble(-1, 1);
        long limit = policy.getMaximumRedeliveryDelay() > 0 ? policy.getMaximumRedeliveryDelay() : Long.MAX_VALUE;
        return Math.min(delay + (long) (delay * variance), Math.max(delay, limit));
    }

    static void giveUp(Exchange exchange) {
        exchange.getExchangeExtension().setRedeliveryExhausted(true);
        exchange.setProperty(GIVEN_UP, true);
    }

    /** Whether an exchange that has failed for good would have been redelivered earlier. */
    public static boolean isGivenUp(Exchange exchange) {
        return exchange.getProperty(GIVEN_UP, false, Boolean.class);
    }

    /** Whether an error handler has decided on the failure of an exchange, which it does not on an interruption. */
    public static boolean isDecided(Exchange exchange) {
        ExchangeExtension extension = exchange.getExchangeExtension();
        return (extension.isFailureHandled() || extension.isRedeliveryExhausted())
                && exchange.getException(RejectedExecutionException.class) == null
                && exchange.getException(InterruptedException.class) == null;
    }

    /** Camel's reifier of the default error handler, for another class: that one names its class in the middle. */
    private static final class Reifier extends ErrorHandlerReifier<DefaultErrorHandlerDefinition> {

        Reifier(Route route, DefaultErrorHandlerDefinition definition) {
            super(route, definition);
        }

        private RedeliveryPolicy policy() {
            if (definition.hasRedeliveryPolicy()) {
                return createRedeliveryPolicy(definition.getRedeliveryPolicy(), camelContext, null);
            }
            return definition.getRedeliveryPolicyRef() == null ? new RedeliveryPolicy()
                    : mandatoryLookup(definition.getRedeliveryPolicyRef(), RedeliveryPolicy.class);
        }

        @Override
        public Processor createErrorHandler(Processor processor) throws Exception {
            DurableErrorHandler handler = new DurableErrorHandler(camelContext, processor, policy(),
                    getPredicate(definition.getRetryWhilePredicate(), definition.getRetryWhileRef()),
                    getProcessor(definition.getOnPrepareFailureProcessor(), definition.getOnPrepareFailureRef()),
                    getProcessor(definition.getOnExceptionOccurredProcessor(), definition.getOnExceptionOccurredRef()));
            configure(handler);
            return handler;
        }
    }
}
