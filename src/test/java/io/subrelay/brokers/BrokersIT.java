package io.subrelay.brokers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.brokers.Bus.Message;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The routes of {@code docs/esb.md} with real brokers, which are killed, as is the runner: each webhook that went in
 * comes out in its trace, each customer's in order, some of them again; what is no webhook is put aside.
 */
@Tag("brokers")
class BrokersIT {

    private static final int CUSTOMERS = 20;
    private static final int EACH = 15;
    private static final String TRACEPARENT = "traceparent";
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-";
    private static final String SENDER = TRACE + "00f067aa0ba902b7-01";

    /** Sends a message to the runner's queue. */
    private interface Sender {

        void send(String customer, String body);
    }

    @Test
    void kafka() throws Exception {
        try (Broker broker = Broker.kafka();
                Esb esb = Esb.create(Map.of("kafka.brokers", broker.address()), "kafka-in", "destinations/lake");
                Bus bus = new Bus(Map.of())) {
            String at = "?brokers=" + broker.address();
            String reading = at + "&autoOffsetReset=earliest&groupId=";
            List<Message> out = bus.read("kafka:subscription-events" + reading + "out");
            List<Message> aside = bus.read("kafka:revenuecat-rejected" + reading + "aside");
            goThrough(broker, esb.start(), "lake", out, aside,
                    (customer, body) -> bus.send("kafka:revenuecat" + at, body,
                            Map.of("kafka.KEY", customer, TRACEPARENT, SENDER)));
            Map<String, Set<String>> partitions = new HashMap<>();
            for (Message message : out) {
                String customer = message.json().at("/event/app_user_id").asText();
                assertThat(message.headers()).containsEntry("kafka.KEY", customer);
                partitions.computeIfAbsent(customer, it -> new HashSet<>())
                        .add(message.headers().get("kafka.PARTITION"));
            }
            assertThat(partitions.values()).allSatisfy(its -> assertThat(its).hasSize(1));
        }
    }

    @Test
    void jms() throws Exception {
        try (Broker broker = Broker.artemis();
                Esb esb =
                        Esb.create(Map.of("jms.broker", "tcp://" + broker.address(), "jms.username", "", "jms.password",
                                ""), "jms", "jms-in", "destinations/erp")) {
            throughQueues(broker, esb);
        }
    }

    @Test
    void amqp() throws Exception {
        String bean = Guide.text().replaceFirst("(?s).*For AMQP 1.0.*?```yaml\n(.*?)```.*", "$1");
        try (Broker broker = Broker.artemis();
                Esb esb = Esb
                        .create(Map.of("jms.broker", "amqp://" + broker.address(), "jms.username", "", "jms.password",
                                ""), "jms", "jms-in", "destinations/erp")) {
            esb.rewrite("jms", text -> text.replaceFirst("(?s)    - name: broker\n.*?(?=    # For sending)", bean));
            esb.rewrite("jms-in", text -> text.replace("uri: jms:", "uri: amqp:"));
            esb.rewrite("destinations/erp", text -> text.replace("uri: jms:", "uri: amqp:"));
            throughQueues(broker, esb);
        }
    }

    private void throughQueues(Broker broker, Esb esb) throws Exception {
        Object factory = Class.forName("org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory")
                .getConstructor(String.class).newInstance("tcp://" + broker.address());
        try (Bus bus = new Bus(Map.of("factory", factory))) {
            String with = "?connectionFactory=#factory";
            List<Message> out = bus.read("jms:queue:subscriptions" + with);
            List<Message> aside = bus.read("jms:queue:revenuecat-rejected" + with);
            goThrough(broker, esb.start(), "erp", out, aside,
                    (customer, body) -> bus.send("jms:queue:revenuecat" + with, body, Map.of(TRACEPARENT, SENDER)));
            for (Message message : out) {
                assertThat(message.headers()).containsEntry("JMSXGroupID",
                        message.json().path("customer").asText());
            }
        }
    }

    private void goThrough(Broker broker, RelayProcess relay, String destination, List<Message> out,
            List<Message> aside, Sender sender) {
        int all = CUSTOMERS * EACH;
        List<String> customers = Stream.generate(Hooks::customer).limit(CUSTOMERS).toList();
        CompletableFuture<Void> sent = send(customers, sender);
        await().until(() -> out.size() > all / 4);
        broker.kill();
        broker.start();
        await().until(() -> out.size() > all / 2);
        relay.kill();
        relay.start();
        relay.awaitReady();
        sent.join();
        assertArrived(customers, out, aside, relay.api(), destination);
    }

    /** Three runners are one group of consumers of a topic, in front of one database. */
    @Test
    void severalRunners() throws Exception {
        Store store = Store.Kind.POSTGRESQL.create();
        List<Esb> runners = new ArrayList<>();
        try (Broker broker = Broker.kafka(); Bus bus = new Bus(Map.of())) {
            Map<String, String> settings = new HashMap<>(store.settings());
            settings.put("kafka.brokers", broker.address());
            for (int i = 0; i < 3; i++) {
                runners.add(Esb.create(settings, "kafka-in", "destinations/lake"));
                runners.get(i).start();
            }
            String at = "?brokers=" + broker.address();
            String reading = at + "&autoOffsetReset=earliest&groupId=";
            List<Message> out = bus.read("kafka:subscription-events" + reading + "out");
            List<Message> aside = bus.read("kafka:revenuecat-rejected" + reading + "aside");
            List<String> customers = Stream.generate(Hooks::customer).limit(CUSTOMERS).toList();
            CompletableFuture<Void> sent = send(customers,
                    (customer, body) -> bus.send("kafka:revenuecat" + at, body,
                            Map.of("kafka.KEY", customer, TRACEPARENT, SENDER)));
            for (Esb each : runners) {
                await().until(() -> each.relay().api().metrics()
                        .matches("(?s).*\nsubrelay_webhooks_accepted_total [1-9].*"));
            }
            runners.get(1).relay().kill();
            sent.join();
            assertArrived(customers, out, aside, runners.get(0).relay().api(), "lake");
        } finally {
            runners.forEach(Esb::close);
        }
    }

    private static CompletableFuture<Void> send(List<String> customers, Sender sender) {
        return CompletableFuture.runAsync(() -> {
            for (int n = 1; n <= EACH; n++) {
                for (String customer : customers) {
                    sender.send(customer, Hooks.renewal(customer, n).toString());
                    if (n % 5 == 0) {
                        sender.send(customer, Hooks.renewal(customer, n).toString());
                    }
                }
                sender.send(customers.get(0), "no webhook, number " + n);
            }
        });
    }

    private static void assertArrived(List<String> customers, List<Message> out, List<Message> aside, Api api,
            String destination) {
        int all = CUSTOMERS * EACH;
        await().untilAsserted(() -> assertThat(ids(out)).hasSize(all));
        Map<String, List<String>> first = new HashMap<>();
        for (String id : ids(out)) {
            first.computeIfAbsent(id.replaceFirst("-\\d+$", ""), it -> new ArrayList<>()).add(id);
        }
        for (String customer : customers) {
            assertThat(first.get(customer)).isEqualTo(
                    IntStream.rangeClosed(1, EACH).mapToObj(n -> Hooks.id(customer, n)).toList());
            assertThat(api.history(customer)).hasSize(EACH);
        }
        assertThat(out).extracting(message -> message.headers().get(TRACEPARENT))
                .allMatch(traceparent -> traceparent.startsWith(TRACE) && !traceparent.equals(SENDER));
        await().until(() -> aside.stream().map(Message::body).distinct().count() == EACH);
        assertThat(aside).extracting(Message::body).allMatch(body -> body.startsWith("no webhook, number "));
        assertThat(aside).extracting(message -> message.headers().get("reason"))
                .allMatch(reason -> reason.startsWith("the body is not JSON"));
        await().until(() -> api.destination(destination).path("delivered").asInt() == all);
        assertThat(api.destination(destination).path("dead").asInt()).isZero();
    }

    /** The ids of events, each where it came first. */
    private static Set<String> ids(List<Message> messages) {
        return messages.stream().map(message -> message.json().path("id").asText())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
