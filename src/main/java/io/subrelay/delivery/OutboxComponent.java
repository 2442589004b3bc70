package io.subrelay.delivery;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/**
 * {@code from: outbox:<destination>} gives a route the events that are to be delivered to a destination, each with the
 * customer as of that event, until the route ends without a failure. {@code to: outbox:accept} takes
 * events in; {@code outbox:skip}, {@code outbox:refuse} and {@code outbox:hold} end a delivery without sending it.
 */
@Component("outbox")
public final class OutboxComponent extends DefaultComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        if (!remaining.matches("[a-z0-9][a-z0-9-]{0,99}")) {
            throw new IllegalArgumentException("outbox:" + remaining
                    + ": a destination's name has lower case letters, digits and hyphens only");
        }
        OutboxEndpoint endpoint = new OutboxEndpoint(uri, remaining, this);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}
