package io.subrelay.delivery;

import io.subrelay.redelivery.DurableRedelivery;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultEndpoint;

/** Events on their way to a destination. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "outbox", title = "Outbox", syntax = "outbox:name",
        category = Category.MESSAGING)
public final class OutboxEndpoint extends DefaultEndpoint {

    /** The routeConfiguration that all destinations share. */
    public static final String POLICY = "delivery";

    @UriPath(description = "The destination to deliver to; or accept, skip, refuse or hold")
    @Metadata(required = true)
    private final String name;
    @UriParam(label = "consumer",
            description = "Settings without which the destination previews, comma separated; a|b for one of two")
    private String credentials = "";
    @UriParam(label = "consumer",
            description = "The body is a list of up to this many events; without it the body is one event")
    private int batchSize;
    @UriParam(label = "consumer", enums = "environment",
            description = "A list holds events of one environment only, which is in the variable environment")
    private String batchBy;
    @UriParam(label = "consumer",
            description = "Whether the route also gets events of the kind customer_update, which tell how a customer "
                    + "stands where no event of the customer's own does")
    private boolean customerUpdates;
    @UriParam(label = "producer",
            description = "Why a delivery is skipped, refused or held, in simple; without it the answer's text")
    private String reason;

    OutboxEndpoint(String uri, String name, OutboxComponent component) {
        super(uri, component);
        this.name = name;
    }

    /** Has to come before the routes: what their error handling redelivers, the outbox keeps. */
    public static void makeDurable(CamelContext context) {
        DurableRedelivery.install(context, route -> route.getEndpoint() instanceof OutboxEndpoint
                || sharesPolicy((RouteDefinition) route.getRoute()));
    }

    /** A route that a destination's calls has the same policy. */
    private static boolean sharesPolicy(RouteDefinition route) {
        String configurations = route.getRouteConfigurationId();
        return configurations != null && List.of(configurations.split(",")).contains(POLICY);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        DestinationRegistry destinations =
                CamelContextHelper.mandatoryFindSingleByType(getCamelContext(), DestinationRegistry.class);
        Outbox outbox = CamelContextHelper.findSingleByType(getCamelContext(), Outbox.class);
        String mode = destinations.settings().mode(name, credentialNames());
        OutboxConsumer consumer = outbox == null || mode.equals("off")
                ? new OutboxConsumer(this, processor, destinations, mode)
                : new DeliveringConsumer(this, processor, destinations, mode, outbox);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public Producer createProducer() {
        return name.equals("accept") ? new OutboxAcceptor(this) : new OutboxProducer(this);
    }

    List<String> credentialNames() {
        return Arrays.stream(credentials.split(",")).map(String::trim).filter(setting -> !setting.isEmpty()).toList();
    }

    public String getName() {
        return name;
    }

    public String getCredentials() {
        return credentials;
    }

    public void setCredentials(String credentials) {
        this.credentials = credentials;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public String getBatchBy() {
        return batchBy;
    }

    public void setBatchBy(String batchBy) {
        if (!"environment".equals(batchBy)) {
            throw new IllegalArgumentException("batchBy accepts environment");
        }
        this.batchBy = batchBy;
    }

    public boolean isCustomerUpdates() {
        return customerUpdates;
    }

    public void setCustomerUpdates(boolean customerUpdates) {
        this.customerUpdates = customerUpdates;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
