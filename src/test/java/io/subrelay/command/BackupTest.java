package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.Relay;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.Store;
import io.subrelay.harness.TempFolders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A copy of the database that is made while it is used, and what is there once it took the database's place. */
class BackupTest {

    private static final String ERASED = "who-is-erased";

    @Test
    void holdsAllThatWasAcceptedBeforeItBegan() throws Exception {
        Store restored = Store.h2(TempFolders.create().resolve("data"));
        Path file = Path.of(restored.url().substring("jdbc:h2:file:".length()) + ".mv.db");
        Files.createDirectory(file.getParent());
        int before;
        Store store = Store.Kind.H2.create();
        // else H2 may drop what was erased from so small a file as it closes it
        Map<String, String> settings = Map.of("database.url", store.url() + ";MAX_COMPACT_TIME=0");
        try (Relay relay = Relay.start(store, settings)) {
            relay.api().accept(Hooks.renewal(ERASED, 1));
            relay.api().call("DELETE", "/api/customers/" + ERASED);
            Path first = file.resolveSibling("first");
            assertThat(backup(relay, first)).extracting(Ended::status, Ended::err).containsExactly(0, "");
            assertThat(Files.readString(first, StandardCharsets.ISO_8859_1)).doesNotContain(ERASED);
            AtomicInteger accepted = new AtomicInteger();
            AtomicBoolean ended = new AtomicBoolean();
            Thread events = new Thread(() -> {
                while (!ended.get()) {
                    relay.api().accept(Hooks.renewal("customer" + (accepted.get() + 1), 1));
                    accepted.incrementAndGet();
                }
            });
            events.start();
            await().until(() -> accepted.get() > 50);
            before = accepted.get();
            assertThat(backup(relay, file)).extracting(Ended::status, Ended::err).containsExactly(0, "");
            int then = accepted.get();
            await().until(() -> accepted.get() > then + 10);
            ended.set(true);
            events.join();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        try (Relay relay = Relay.start(restored, Map.of())) {
            for (int i = 1; i <= before; i++) {
                assertThat(relay.api().history("customer" + i)).as("customer %d of %d", i, before).hasSize(1);
            }
            relay.api().accept(Hooks.renewal("customer1", 2));
            assertThat(backup(relay, file)).isEqualTo(new Ended(1, "",
                    "there is no backup: " + file + ": this file exists already" + System.lineSeparator()));
        }
    }

    private static Ended backup(Relay relay, Path file) {
        return Ended.of(Path.of(""), Map.of("server.host", "127.0.0.1", "server.port", relay.api().port() + ""),
                "backup", file.toString());
    }
}
