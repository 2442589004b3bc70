package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.RelayProcess;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The first day at an app that runs already, as in docs/day-one.md; command and runner are killed on the way. */
class DayOneIT {

    private static final int CUSTOMERS = Integer.getInteger("day-one.customers", 330);
    private static final List<String> HOLDING = List.of("segment", "amplitude", "onesignal");

    @Test
    void each_customer_is_known_and_told_of_once() throws Exception {
        try (RestStandIn api = new RestStandIn("sk_key");
                FakeVendors vendors = FakeVendors.start();
                RelayProcess relay = RelayProcess.create(Relay.live(vendors, Map.of(
                        "revenuecat.url", "http://127.0.0.1:" + api.port(), "revenuecat.api-key", "sk_key",
                        "revenuecat.requests-per-minute", String.valueOf(20 * CUSTOMERS),
                        "delivery.backfill-rate", String.valueOf(CUSTOMERS / 3))))) {
            relay.start();
            relay.awaitReady();
            importAll(relay);
            assertThat(vendors.all()).allMatch(vendor -> vendor.requests().isEmpty());

            Process command = CommandProcess.start(relay, "backfill", "backfill", "segment", "--state");
            await().until(() -> !itemsOf(vendors, "segment").isEmpty() || !command.isAlive());
            for (String other : HOLDING.subList(1, 3)) {
                relay.api().call("POST", "/api/destinations/" + other + "/backfill?of=state");
            }
            await().until(() -> HOLDING.stream().allMatch(each -> itemsOf(vendors, each).size() > CUSTOMERS / 10)
                    || !command.isAlive());
            relay.kill();
            assertThat(itemsOf(vendors, "segment")).hasSizeLessThan(CUSTOMERS);
            relay.start();
            relay.awaitReady();
            assertThat(command.waitFor()).as(CommandProcess.output(relay, "backfill")).isZero();
            await().until(() -> relay.api().get("/api/destinations").findValues("backfill").stream()
                    .noneMatch(backfill -> backfill.path("state").asText().equals("running")));
            await().until(() -> relay.api().get("/api/destinations").findValues("pending").stream()
                    .allMatch(pending -> pending.asInt() == 0));
            for (String destination : HOLDING) {
                check(destination, itemsOf(vendors, destination));
            }
        }
    }

    private static void importAll(RelayProcess relay) throws Exception {
        Path ids = relay.folder().resolve("customers.csv");
        List<String> lines = new ArrayList<>(List.of("\"app_user_id\",\"country\""));
        IntStream.range(0, CUSTOMERS).forEach(n -> lines.add('"' + Customers.id(n) + "\",\"SE\""));
        Files.write(ids, lines);
        Process killed = CommandProcess.start(relay, "import", "import", "--ids", ids.toString());
        await().until(() -> CommandProcess.line(ids) > 0 || !killed.isAlive());
        killed.destroyForcibly().waitFor();
        long before = CommandProcess.line(ids);
        assertThat(before).isBetween(1L, CUSTOMERS - 1L);

        Process resumed = CommandProcess.start(relay, "import", "import", "--ids", ids.toString());
        assertThat(resumed.waitFor()).as(CommandProcess.output(relay, "import")).isZero();
        assertThat(CommandProcess.output(relay, "import")).contains("goes on after line " + before,
                String.format("new        %,d%n", CUSTOMERS), "refused    0\n");
        for (String status : Customers.STATUSES) {
            assertThat(CommandProcess.output(relay, "import")).containsPattern("\n  " + status + " +[0-9,]+\n");
        }
        for (int n = 0; n < CUSTOMERS; n += 1 + CUSTOMERS / 60) {
            JsonNode known = relay.api().get(
                    "/api/customers/" + URLEncoder.encode(Customers.id(n), StandardCharsets.UTF_8));
            assertThat(known.path("subscription_status").asText()).isEqualTo(Customers.status(n));
        }
    }

    private static void check(String destination, List<FakeVendor.Item> items) {
        Map<String, Set<JsonNode>> told = items.stream().collect(Collectors.groupingBy(
                FakeVendor.Item::customer, Collectors.mapping(FakeVendor.Item::json, Collectors.toSet())));
        assertThat(told).as(destination).hasSize(CUSTOMERS);
        for (int n = 0; n < CUSTOMERS; n++) {
            Set<JsonNode> once = told.get(destination.equals("onesignal") ? "os-" + n : Customers.id(n));
            assertThat(once).as(destination + " of " + Customers.id(n)).hasSize(1);
            JsonNode call = once.iterator().next();
            String status = switch (destination) {
                case "segment" -> {
                    assertThat(call.path("type").asText()).isEqualTo("identify");
                    yield call.at("/traits/rc_subscription_status").asText();
                }
                case "amplitude" -> {
                    assertThat(call.path("event_type").asText()).isEqualTo("$identify");
                    yield call.at("/user_properties/$set/rc_subscription_status").asText();
                }
                default -> call.path("subscription_status").asText();
            };
            assertThat(status).as(destination + " of " + Customers.id(n)).isEqualTo(Customers.status(n));
        }
    }

    private static List<FakeVendor.Item> itemsOf(FakeVendors vendors, String destination) {
        return switch (destination) {
            case "segment" -> vendors.segment().items();
            case "amplitude" -> vendors.amplitude().items();
            default -> vendors.onesignal().items();
        };
    }
}
