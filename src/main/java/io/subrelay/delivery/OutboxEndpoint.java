package io.subrelay.delivery;

import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Events on their way to a destination. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "outbox", title = "Outbox", syntax = "outbox:name",
             category = Category.MESSAGING)
public final class OutboxEndpoint extends DefaultEndpoint {

    private final Outbox outbox;

    @UriPath(description = "The destination to deliver to; or skip or refuse")
    @Metadata(required = true)
    private final String name;
    @UriParam(description = "Settings without which the destination previews, comma separated")
    private String credentials = "";
    @UriParam(description = "How many events the body is a list of at the most; without it the body is one event")
    private int batchSize;
    @UriParam(description = "environment: a list holds events of one environment only, told by the variable environment")
    private String batchBy;
    @UriParam(description = "Answers after which a delivery is tried again, beside the usual ones, e.g. 410,404 within 1m")
    private String retryAnswers;
    @UriParam(description = "Answers that mean that we are not let in, beside 401 and 403, e.g. 400 Invalid API key")
    private String holdAnswers;
    @UriParam(description = "Answers that are final, although they would usually be tried again")
    private String refuseAnswers;
    @UriParam(label = "producer", description = "Why a delivery is skipped or refused; may be in simple")
    private String reason;

    OutboxEndpoint(String uri, String name, OutboxComponent component, Outbox outbox) {
        super(uri, component);
        this.name = name;
        this.outbox = outbox;
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        OutboxConsumer consumer = new OutboxConsumer(this, processor, outbox);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public Producer createProducer() {
        return new OutboxProducer(this);
    }

    /** @throws IllegalArgumentException if a list of answers cannot be read */
    Answers answers() {
        return new Answers(retryAnswers, holdAnswers, refuseAnswers, Clock.systemUTC());
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

    public String getRetryAnswers() {
        return retryAnswers;
    }

    public void setRetryAnswers(String retryAnswers) {
        this.retryAnswers = retryAnswers;
    }

    public String getHoldAnswers() {
        return holdAnswers;
    }

    public void setHoldAnswers(String holdAnswers) {
        this.holdAnswers = holdAnswers;
    }

    public String getRefuseAnswers() {
        return refuseAnswers;
    }

    public void setRefuseAnswers(String refuseAnswers) {
        this.refuseAnswers = refuseAnswers;
    }

    public String getReason() {
        return reason;
    }

    public void setReason(String reason) {
        this.reason = reason;
    }
}
