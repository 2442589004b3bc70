package io.subrelay.delivery;

import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.apache.camel.processor.InterceptSendToEndpointCallback;
import org.apache.camel.spi.InterceptEndpointFactory;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.apache.camel.support.DefaultInterceptSendToEndpoint;
import org.apache.camel.support.LazyStartProducer;
import org.apache.camel.support.PluginHelper;

/**
 * In preview nothing leaves the runner, whatever a route sends to and whatever it forgets: what would be sent is noted
 * instead. It belongs to no route: one that is stopped or replaced takes no other's preview with it.
 */
public final class Preview {

    private static final String LEAVING = "^(?!(outbox|platform-http|rest|rest-api|direct|seda|log|bean|class|language"
            + "|controlbus|mock|stub|timer):).*";

    private Preview() {
    }

    /** Has to come before the routes. */
    public static void guard(CamelContext context) {
        guard(context, exchange -> Attempt.of(exchange).wouldSend(PreviewedRequest.of(exchange)));
    }

    /** @param instead what is done instead of sending an exchange whose variable {@code mode} is {@code preview} */
    public static void guard(CamelContext context, Processor instead) {
        Processor answered = exchange -> {
            instead.process(exchange);
            answer(exchange);
        };
        context.getCamelContextExtension().addContextPlugin(InterceptEndpointFactory.class, Preview::intercept);
        context.getCamelContextExtension().registerEndpointCallback(
                new InterceptSendToEndpointCallback(context, answered, null, LEAVING, true, Preview::isPreview));
    }

    /**
     * The client of an endpoint is made when the first exchange is sent there: none in preview or while routes are
     * checked, and a broker whose name cannot be resolved does not keep the runner from starting.
     */
    private static InterceptSendToEndpoint intercept(CamelContext context, Endpoint endpoint, boolean skip,
            Predicate onWhen, Processor before, Processor after) {
        DefaultInterceptSendToEndpoint intercepted = new DefaultInterceptSendToEndpoint(endpoint, skip) {
            @Override
            public AsyncProducer createAsyncProducer() {
                return PluginHelper.getInternalProcessorFactory(context).createInterceptSendToEndpointProcessor(
                        this, endpoint, new LazyStartProducer(endpoint), skip, onWhen);
            }
        };
        intercepted.setOnWhen(onWhen);
        intercepted.setBefore(before);
        intercepted.setAfter(after);
        return intercepted;
    }

    /** A route goes on as after an answer without a body: none has to know of preview. */
    private static void answer(Exchange exchange) {
        if (exchange.getProperty(ExchangePropertyKey.INTERCEPTED_ENDPOINT, "", String.class).startsWith("http")) {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
            exchange.getMessage().setBody("");
        }
    }

    private static boolean isPreview(Exchange exchange) {
        boolean preview = "preview".equals(exchange.getVariable("mode"));
        exchange.setProperty(ExchangePropertyKey.INTERCEPT_SEND_TO_ENDPOINT_WHEN_MATCHED, preview);
        return preview;
    }
}
