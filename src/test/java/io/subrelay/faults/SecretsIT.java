package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.Relay;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.Store;
import io.subrelay.vendors.FakeVendor;
import io.subrelay.vendors.FakeVendors;
import io.subrelay.vendors.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That keys and passwords are in no log line, no answer, no metric and no column, whatever the outcome. */
class SecretsIT {

    private static final Map<String, String> SECRETS = Map.of(
            "segment.write-key", "SEG/\"ment\\key+1", "amplitude.api-key", "AMPLITUDE-KEY-2",
            "amplitude.sandbox-api-key", "AMPLITUDE-SANDBOX-3", "onesignal.api-key", "ONESIGNAL-KEY-4",
            "statsig.server-secret", "STATSIG-SECRET-5", "webhook.authorization", "Bearer WEBHOOK-6",
            "webhook.signing-secret", "", "admin.password", "ADMIN-PASSWORD-7", "database.password", "");

    @Test
    void areNowhere() throws Exception {
        Store store = Store.Kind.H2.create();
        try (FakeVendors vendors = FakeVendors.start()) {
            Map<String, String> settings = Relay.live(vendors);
            settings.putAll(store.settings());
            settings.putAll(SECRETS);
            settings.put("admin.username", "admin");
            settings.put("segment.batch-size", "1");
            settings.put("delivery.give-up-after", "1s");
            String seen = "";
            try (RelayProcess relay = RelayProcess.start(settings)) {
                seen += everyOutcome(relay.api(), vendors);
                relay.terminate();
                relay.set("amplitude.mode", "preview");
                relay.set("segment.mode", "preview");
                relay.start();
                relay.awaitReady();
                seen += everyOutcome(relay.api(), vendors);
                relay.terminate();
                seen += relay.log();
                assertThat(relay.log()).contains("held").contains("dead letter");
            }
            seen += String.join("\n", store.everything());
            try (Stream<Path> files =
                    Files.walk(Path.of(store.url().substring("jdbc:h2:file:".length())).getParent())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    seen += Files.readString(file, StandardCharsets.ISO_8859_1);
                }
            }
            assertThat(seen).contains("Invalid API key: ***");
            assertNotIn(seen, "xxAMPL");
            for (String secret : SECRETS.values()) {
                if (!secret.isEmpty()) {
                    String json = Api.JSON.writeValueAsString(secret);
                    assertNotIn(seen, secret);
                    assertNotIn(seen, json.substring(1, json.length() - 1));
                    assertNotIn(seen, base64(secret + ":"));
                    assertNotIn(seen, base64("admin:" + secret));
                }
            }
        }
    }

    private static void assertNotIn(String seen, String secret) {
        int at = seen.indexOf(secret);
        assertThat(at).as("%s is shown: %s", secret, at < 0 ? ""
                : seen.substring(Math.max(0, at - 300), Math.min(seen.length(), at + 100))).isNegative();
    }

    /** @return all that the runner answers */
    private static String everyOutcome(Api api, FakeVendors vendors) {
        List<String> ids = new ArrayList<>();
        for (Fault fault : faults()) {
            for (FakeVendor vendor : vendors.all()) {
                vendor.always(fault);
            }
            ids.add(accept(api, "PRODUCTION"));
            ids.add(accept(api, "SANDBOX"));
            await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            vendors.reset();
        }
        vendors.all().forEach(vendor -> vendor.keys("another"));
        vendors.statsig().always(Fault.answer(401, Map.of(), "no such key: STATSIG-SECRET-5, Bearer STATSIG-SECRET-5"));
        ids.add(accept(api, "PRODUCTION"));
        ids.add(accept(api, "SANDBOX"));
        await().until(() -> admin(api, "GET", "/api/destinations").contains("held"));
        String held = admin(api, "GET", "/api/destinations") + api.health().body() + api.metrics();
        for (String id : ids) {
            held += admin(api, "GET", "/api/events/" + id);
        }
        vendors.reset();
        vendors.all().forEach(FakeVendor::keys);
        Guarantees.DESTINATIONS.forEach(each -> admin(api, "POST", "/api/destinations/" + each + "/retry"));
        await().untilAsserted(() -> {
            for (JsonNode destination : Api.json(admin(api, "GET", "/api/destinations"))) {
                assertThat(destination.path("pending").asInt() + destination.path("retrying").asInt())
                        .as(destination.toString()).isZero();
            }
        });
        StringBuilder seen = new StringBuilder(held);
        for (String id : ids) {
            seen.append(admin(api, "GET", "/api/events/" + id));
            seen.append(admin(api, "GET", "/api/customers/" + id.substring(0, id.lastIndexOf('-')) + "/history"));
        }
        seen.append(
                api.call("POST", "/api/preview", Hooks.renewal("nobody", 1).toString().getBytes(StandardCharsets.UTF_8),
                        "Content-Type", "application/json", "Authorization",
                        "Basic " + base64("admin:ADMIN-PASSWORD-7")).body());
        seen.append(api.post(Hooks.renewal("nobody", 1), "Authorization", "Bearer wrong").body());
        seen.append(api.call("GET", "/api/destinations", null).body());
        return seen.append(api.health().body()).append(api.metrics()).toString();
    }

    private static List<Fault> faults() {
        String echo = String.join(" ", SECRETS.values()) + " " + base64("SEG/\"ment\\key+1:");
        return List.of(
                Fault.answer(400, Map.of(), "{\"error\":\"Invalid payload, Invalid key: " + echo + "\"}"),
                Fault.answer(503, Map.of("X-Key", "echo"), echo),
                Fault.answer(429, Map.of(), echo.repeat(30)),
                Fault.answer(400, Map.of(), "x".repeat(494) + "AMPLITUDE-KEY-2 STATSIG-SECRET-5"),
                Fault.redirect(302, "http://127.0.0.1:1/?key=STATSIG-SECRET-5"), Fault.reset());
    }

    private static String accept(Api api, String environment) {
        String customer = Hooks.customer();
        var webhook = Hooks.renewal(customer, 1);
        Hooks.event(webhook).put("environment", environment);
        assertThat(api.post(webhook, "Authorization", SECRETS.get("webhook.authorization")).statusCode())
                .isEqualTo(200);
        return Hooks.id(customer, 1);
    }

    private static String admin(Api api, String method, String path) {
        return api.call(method, path, null, "Authorization", "Basic " + base64("admin:ADMIN-PASSWORD-7")).body();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
