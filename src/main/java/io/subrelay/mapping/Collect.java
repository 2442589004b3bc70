package io.subrelay.mapping;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;

/**
 * What a {@code split} over a list of events collects: the list of what each became, in order, without those that were
 * skipped or refused. If all were, the route ends there. If one of them failed otherwise, the whole fails with its
 * exception.
 *
 * <p>Camel's own grouping would not do: with {@code stopOnException} a skipped event ends the split, and without it an
 * event that could not be mapped is collected as it was.
 */
public final class Collect implements AggregationStrategy {

    private static final String COLLECTED = Collect.class.getName();

    @Override
    public Exchange aggregate(Exchange first, Exchange item) {
        Exchange result = first == null ? item : first;
        List<Object> collected = collected(result);
        if (item.getException() != null) {
            result.setException(item.getException());
        } else if (!item.isRouteStop() && item.getMessage().getBody() != null) {
            collected.add(item.getMessage().getBody());
        }
        return result;
    }

    @Override
    public void onCompletion(Exchange result) {
        if (result != null) {
            List<Object> collected = collected(result);
            result.removeProperty(COLLECTED);
            result.getMessage().setBody(collected);
            result.setRouteStop(collected.isEmpty());
            // it may be the exchange of an event whose failure was handled, at which the route would end
            result.removeProperty(ExchangePropertyKey.EXCEPTION_CAUGHT);
            result.getExchangeExtension().setFailureHandled(false);
            result.getExchangeExtension().setErrorHandlerHandled(null);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> collected(Exchange exchange) {
        List<Object> collected = exchange.getProperty(COLLECTED, List.class);
        if (collected == null) {
            collected = new ArrayList<>();
            exchange.setProperty(COLLECTED, collected);
        }
        return collected;
    }
}
