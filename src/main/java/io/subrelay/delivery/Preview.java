package io.subrelay.delivery;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Processor;
import org.apache.camel.processor.InterceptSendToEndpointCallback;

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
        context.getCamelContextExtension().registerEndpointCallback(
                new InterceptSendToEndpointCallback(context, answered, null, LEAVING, true, Preview::isPreview));
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
