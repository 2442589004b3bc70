package io.subrelay.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.subrelay.Relay;
import io.subrelay.harness.Collector;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import io.subrelay.vendors.Received;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One trace from whoever sends a webhook to every vendor, through the database. */
class TracesTest {

    private static final String ON = "camel.opentelemetry2.enabled";
    private static final String SENDER = "00f067aa0ba902b7";

    private static FakeVendors vendors;
    private static Collector collector;

    @BeforeAll
    static void start() {
        vendors = FakeVendors.start();
        collector = new Collector();
    }

    @AfterAll
    static void stop() {
        vendors.close();
        collector.close();
    }

    private static Relay relay(Map<String, String> more) {
        Map<String, String> settings = Relay.live(vendors, more);
        settings.put("otel.exporter.otlp.endpoint", collector.url());
        settings.put("otel.bsp.schedule.delay", "100");
        return Relay.start(Store.Kind.H2.create(), settings);
    }

    /** As RevenueCat names events: its ids say nothing of the customer. */
    private static ObjectNode renewal(String customer, String id) {
        ObjectNode webhook = Hooks.renewal(customer, 1);
        Hooks.event(webhook).put("id", id);
        return webhook;
    }

    private static void post(Relay relay, ObjectNode webhook, String trace) {
        assertThat(relay.api().post(webhook, "traceparent", "00-" + trace + "-" + SENDER + "-01", "baggage",
                "user=somebody").statusCode()).isEqualTo(200);
    }

    private static List<Received> requests(FakeVendor vendor, String trace) {
        return vendor.requests().stream().filter(it -> it.header("traceparent").startsWith("00-" + trace)).toList();
    }

    @Test
    void leadFromTheSenderOverARestartToEveryVendor() throws SQLException {
        String first = "4bf92f3577b34da6a3ce929d0e0e4736";
        String second = "5bf92f3577b34da6a3ce929d0e0e4736";
        vendors.segment().always(Fault.answer(503));
        try (Relay relay = relay(Map.of(ON, "true"))) {
            String customer = Hooks.customer();
            String other = Hooks.customer();
            post(relay, renewal(customer, "event-1"), first);
            post(relay, renewal(other, "event-2"), second);
            await().until(() -> requests(vendors.segment(), first).size() > 1
                    && vendors.all().stream().allMatch(vendor -> requests(vendor, first).size() > 0));
            relay.api().preview(renewal(customer, "event-3"));
            relay.api().history(customer);

            relay.restart(Map.of());
            vendors.segment().recover();
            await().until(() -> !vendors.segment().items(customer).isEmpty()
                    && !vendors.segment().items(other).isEmpty());
            relay.stop();

            List<Span> spans = collector.spans(first);
            assertThat(spans).filteredOn(span -> Collector.hex(span.getParentSpanId()).equals(SENDER))
                    .extracting(Span::getName).containsExactly("POST");
            assertThat(spans).extracting(Span::getName).contains("outbox:accept", "outbox:segment",
                    "outbox:amplitude", "outbox:onesignal", "outbox:statsig");
            assertThat(spans).filteredOn(span -> span.getName().equals("outbox:segment"))
                    .as("attempts").hasSizeGreaterThan(1)
                    .extracting(span -> tag(span, "subrelay.attempt_number")).contains("1", "2");
            Set<String> ids = spans.stream().map(span -> Collector.hex(span.getSpanId())).collect(Collectors.toSet());
            for (FakeVendor vendor : vendors.all()) {
                assertThat(requests(vendor, first)).as("%s", vendor).isNotEmpty().allSatisfy(request -> {
                    assertThat(ids).contains(request.header("traceparent").split("-")[2]);
                    assertThat(request.headers()).doesNotContainKey("baggage");
                });
            }
            assertThat(collector.spans(second)).extracting(Span::getName).contains("outbox:segment");
            assertThat(collector.spans()).extracting(span -> Collector.hex(span.getTraceId()))
                    .as("what nobody sent has no trace").containsOnly(first, second);
            assertThat(collector.everything()).contains("event-1").doesNotContain(customer, "segment-key",
                    "127.0.0.1", "/webhooks/", "httpapi", "statusCode");
        } finally {
            vendors.reset();
        }
    }

    private static String tag(Span span, String name) {
        return span.getAttributesList().stream().filter(tag -> tag.getKey().equals(name))
                .map(tag -> tag.getValue().getStringValue()).findFirst().orElse("");
    }

    @Test
    void areOffUnlessTheyAreAskedFor() throws SQLException {
        String trace = "6bf92f3577b34da6a3ce929d0e0e4736";
        try (Relay relay = relay(Map.of())) {
            post(relay, renewal(Hooks.customer(), "event-4"), trace);
            await().until(() -> vendors.all().stream().allMatch(vendor -> vendor.itemCount() > 0));
            relay.stop();
            assertThat(vendors.all()).allSatisfy(vendor -> assertThat(vendor.requests())
                    .allSatisfy(request -> assertThat(request.headers()).doesNotContainKey("traceparent")));
            assertThat(collector.spans(trace)).isEmpty();
            assertThat(relay.store().number("select count(*) from event where traceparent is null")).isOne();
        } finally {
            vendors.reset();
        }
    }
}
