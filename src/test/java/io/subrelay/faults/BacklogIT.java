package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.store.Database;
import io.subrelay.store.DeliveryStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * That very many events that wait for a destination fit into a small heap, and go out in order when it is back; and
 * that very many that somebody asks for go out.
 */
class BacklogIT {

    private static final int WAITING = Integer.getInteger("faults.waiting", 60_000);
    /** MB; of the waiting events only some are in memory. */
    private static final int HEAP = Integer.getInteger("faults.heap", 96);
    private static final int ASKED_FOR = Integer.getInteger("faults.asked-for", 6_000);
    private static final int CUSTOMERS = 2_000;
    /** How many have to be delivered before the test is satisfied. */
    private static final int DRAINED = Integer.getInteger("faults.drained", 3_000);
    private static final Pattern ID = Pattern.compile("subrelay:([cd]\\d+)-(\\d+):track");

    /** A vendor that keeps nothing but how far each customer is. */
    private static final class Sink implements AutoCloseable {

        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final Map<String, Integer> last = new HashMap<>();
        private volatile boolean down = true;
        private int received;
        private String wrong = "";

        Sink() throws Exception {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                if (!down) {
                    take(body);
                }
                exchange.sendResponseHeaders(down ? 503 : 200, -1);
                exchange.close();
            });
            server.start();
        }

        private synchronized void take(String body) {
            for (Matcher id = ID.matcher(body); id.find(); received++) {
                int n = Integer.parseInt(id.group(2));
                Integer before = last.put(id.group(1), n);
                if (n != (before == null ? 1 : before + 1)) {
                    wrong += id.group(1) + ": " + n + " after " + before + " ";
                }
            }
        }

        synchronized int received() {
            return received;
        }

        synchronized String wrong() {
            return wrong;
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void ofManyEventsIsBounded() throws Exception {
        Store store = Store.Kind.H2.create();
        try (Sink sink = new Sink()) {
            fill(store, WAITING, "segment");
            try (RelayProcess relay =
                    RelayProcess.start(settings(store, sink), "-Xmx" + HEAP + "m", "-XX:+ExitOnOutOfMemoryError")) {
                Api api = relay.api();
                assertThat(api.destination("segment").path("pending").asInt()
                        + api.destination("segment").path("retrying").asInt()).isEqualTo(WAITING);
                // new events are taken meanwhile, and wait behind the old ones
                for (int n = 1; n <= 200; n++) {
                    api.accept(Hooks.renewal("d" + n, 1));
                }
                assertThat(api.destination("segment").path("circuit").asText()).isIn("open", "half_open", "closed");
                sink.down = false;
                await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(200))
                        .until(() -> !relay.isAlive() || sink.received() >= DRAINED || !sink.wrong().isEmpty());
                assertThat(sink.wrong()).isEmpty();
                assertThat(relay.isAlive()).as("it has enough memory: %s", relay.log()).isTrue();
                if (DRAINED >= WAITING) {
                    Guarantees.awaitSettled(api, "segment");
                    assertThat(sink.received()).isEqualTo(WAITING + 200);
                    assertThat(sink.wrong()).isEmpty();
                }
                assertThat(relay.log()).doesNotContain("OutOfMemory");
            }
        }
    }

    /** A question that takes longer with each delivery that waits would never end. */
    @Test
    void thatSomebodyAsksForGoesOut() throws Exception {
        Store store = Store.Kind.H2.create();
        fill(store, ASKED_FOR, "amplitude");
        try (Sink sink = new Sink(); RelayProcess relay = RelayProcess.start(settings(store, sink))) {
            sink.down = false;
            assertThat(relay.api().call("POST", "/api/destinations/segment/backfill?since=1970-01-01T00:00:00Z")
                    .path("scheduled").asInt()).isEqualTo(ASKED_FOR);
            await().pollInterval(Duration.ofMillis(200))
                    .until(() -> sink.received() >= ASKED_FOR || !sink.wrong().isEmpty());
            assertThat(sink.wrong()).isEmpty();
        }
    }

    private static Map<String, String> settings(Store store, Sink sink) {
        Map<String, String> settings = new HashMap<>(store.settings());
        for (String other : new String[] {"amplitude", "onesignal", "statsig"}) {
            settings.put(other + ".mode", "off");
        }
        settings.put("segment.write-key", "key");
        settings.put("segment.url", "http://127.0.0.1:" + sink.server.getAddress().getPort());
        settings.put("delivery.redelivery-delay", "200ms");
        settings.put("delivery.maximum-redelivery-delay", "1s");
        return settings;
    }

    /** @param destination what the events are meant for; for it they are pending */
    private static void fill(Store store, int events, String destination) throws Exception {
        try (Database database = OpenedDatabase.with(store.settings())) {
            new DeliveryStore(database).register(destination, 1);
        }
        String webhook = Hooks.renewal("CUSTOMER", 1).toString().replace("CUSTOMER-1", "' || c || '-' || n || '")
                .replace("CUSTOMER", "' || c || '");
        String then =
                "{\"app_user_id\":\"' || c || '\",\"original_app_user_id\":\"' || c || '\",\"last_seen_app_user_id\":\"'"
                        + " || c || '\",\"aliases\":[],\"subscriber_attributes\":{},\"subscription_status\":\"active\","
                        + "\"active_entitlements\":[\"pro\"]}";
        try (Connection connection = store.connect(); Statement statement = connection.createStatement()) {
            statement.execute("""
                    insert into event (seq, event_id, customer, type, kind, event_at, happened_at, received_at, late,
                      destinations, webhook, customer_then)
                    select x, c || '-' || n, 1 + mod(x, %1$d), 'RENEWAL', 'renewal', x, x, %2$d, false, ',%6$s,',
                      '%3$s', '%4$s'
                    from (select x, 'c' || (1 + mod(x, %1$d)) as c, (x + %1$d - 1) / %1$d as n
                          from system_range(1, %5$d) r(x)) numbered order by x
                    """.formatted(CUSTOMERS, System.currentTimeMillis(), webhook, then, events, destination));
            statement.execute("update log_position set last_event = " + events + ", last_customer = " + CUSTOMERS);
            statement.execute("update destination set pending = " + events + " where name = '" + destination + "'");
            statement.execute("shutdown");
        }
    }
}
