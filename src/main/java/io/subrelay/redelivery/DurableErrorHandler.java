package io.subrelay.redelivery;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.apache.camel.processor.errorhandler.ExceptionPolicy;
import org.apache.camel.processor.errorhandler.ExceptionPolicyKey;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.spi.CamelLogger;
import org.apache.camel.spi.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Camel's default error handler, but the redelivery that it decides on is not waited for: the exchange fails with
 * {@link RedeliverLater}, and its consumer keeps when to call the route again. So {@code onRedelivery} has no meaning,
 * and a redelivery starts at the head of the route. All else is Camel's: which {@code onException} applies, whether and
 * after how long it redelivers, what its steps do and whether that handles the failure.
 */
final class DurableErrorHandler extends DefaultErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(DurableErrorHandler.class);
    /** Failures are the consumer's to log: it knows what is secret. */
    private static final CamelLogger SILENT = new CamelLogger(NOPLogger.NOP_LOGGER);

    DurableErrorHandler(CamelContext context, Processor output, RedeliveryPolicy policy, Predicate retryWhile,
            Processor onPrepareFailure, Processor onExceptionOccurred) {
        super(context, output, SILENT, null, policy, retryWhile, null, onPrepareFailure, onExceptionOccurred);
    }

    /** Nothing is redelivered here, so that exchanges need no copies and waiting no threads. */
    @Override
    public boolean determineIfRedeliveryIsEnabled() {
        return false;
    }

    /** Camel's simple task knows no redelivery at all. */
    @Override
    protected void doStart() throws Exception {
        super.doStart();
        simpleTask = false;
    }

    /** What fails while the route stops is decided as ever: the redelivery comes after the next start. */
    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
    }

    /** Of two that apply to the same the first one stays: the route's own file comes before what it shares. */
    @Override
    public void addExceptionPolicy(ExceptionPolicyKey key, ExceptionPolicy policy) {
        if (exceptionPolicies == null || !exceptionPolicies.containsKey(key)) {
            // a delay that cannot be read would show only when something fails
            policy.createRedeliveryPolicy(camelContext, redeliveryPolicy);
            super.addExceptionPolicy(key, policy);
        }
    }

    /**
     * Comes before Camel counts and decides. The count is restored: the header that Camel has it in is gone where a
     * route has removed headers. What would be redelivered is exhausted once {@code retryWhile} has ended.
     */
    @Override
    protected ExceptionPolicy getExceptionPolicy(Exchange exchange, Throwable exception) {
        exchange.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, DurableRedelivery.attempts(exchange));
        ExceptionPolicy found = found(exchange, exception);
        RedeliveryPolicy policy =
                found == null ? redeliveryPolicy : found.createRedeliveryPolicy(camelContext, redeliveryPolicy);
        int most = policy.getMaximumRedeliveries();
        boolean ended = retryWhilePolicy != null && !retryWhilePolicy.matches(exchange);
        if (most != 0 && (ended || most > 0 && DurableRedelivery.attempts(exchange) >= most)) {
            DurableRedelivery.giveUp(exchange);
        }
        return found;
    }

    private ExceptionPolicy found(Exchange exchange, Throwable exception) {
        try {
            return super.getExceptionPolicy(exchange, exception);
        } catch (RuntimeException e) {
            LOG.error("An onWhen of the route {} fails, the error handler's own policy applies instead: {}",
                    exchange.getFromRouteId(), e.toString());
            return null;
        }
    }

    @Override
    protected long determineRedeliveryDelay(Exchange exchange, RedeliveryPolicy policy, long delay, int attempts) {
        Long asked = exchange.getMessage().getHeader(Exchange.REDELIVERY_DELAY, 0L, Long.class);
        // handlers further out leave it as it is
        exchange.getExchangeExtension().setRedeliveryExhausted(true);
        throw new RedeliverLater(Math.max(asked, DurableRedelivery.delayMs(policy, attempts)), asked,
                exchange.getException());
    }

    @Override
    public ErrorHandler clone(Processor output) {
        DurableErrorHandler clone = new DurableErrorHandler(
                camelContext, output, redeliveryPolicy, retryWhilePolicy, onPrepareProcessor, onExceptionProcessor);
        clone.exceptionPolicies = exceptionPolicies;
        return clone;
    }
}
