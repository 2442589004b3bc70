package io.subrelay.delivery.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.harness.Wire;
import io.subrelay.store.Database;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How runners divide the customers between them. */
class SessionLocksTest {

    private static final int SLICES = 4;
    private final Store store = Store.Kind.POSTGRESQL.create();

    @Test
    void runnersOnOneDatabaseHaveHalfEach() throws Exception {
        try (Database one = OpenedDatabase.with(store.settings());
                Database two = OpenedDatabase.with(store.settings())) {
            Held first = new Held(one);
            Held second = new Held(two);
            first.shares.balance();
            assertThat(first.slices).hasSize(SLICES);
            for (int i = 0; i < 2; i++) {
                second.shares.balance();
                first.shares.balance();
            }
            second.shares.balance();
            assertThat(first.slices).hasSize(SLICES / 2).doesNotContainAnyElementsOf(second.slices);
            assertThat(second.slices).hasSize(SLICES / 2);
            first.shares.close();
            await().until(() -> {
                second.shares.balance();
                return second.slices.size() == SLICES;
            });
            second.shares.close();
        }
    }

    @Test
    void installationsInTwoSchemasOfADatabaseHaveAllOfTheirs() throws Exception {
        try (Connection connection = store.connect(); Statement statement = connection.createStatement()) {
            statement.execute("create schema a");
            statement.execute("create schema b");
            // as another program might
            statement.execute("select pg_advisory_lock(1937072754, 0), pg_advisory_lock(0), pg_advisory_lock(1)");
            try (Database one = OpenedDatabase.with(at(store.url() + "?currentSchema=a"));
                    Database two = OpenedDatabase.with(at(store.url() + "?currentSchema=b"))) {
                Held first = new Held(one);
                Held second = new Held(two);
                for (int i = 0; i < 3; i++) {
                    first.shares.balance();
                    second.shares.balance();
                }
                assertThat(first.slices).hasSize(SLICES);
                assertThat(second.slices).hasSize(SLICES);
                first.shares.close();
                second.shares.close();
            }
        }
    }

    /** The server learns of it only when it tries to reach the runner, which it does after a while. */
    @Test
    void aRunnerWhoseSessionIsLostTakesItsSlicesBack() throws Exception {
        try (Wire wire = Wire.to(URI.create(store.url().substring("jdbc:".length())).getPort())) {
            String url = store.url().replaceFirst(":\\d+/", ":" + wire.port() + "/") + "?socketTimeout=5";
            try (Database database = OpenedDatabase.with(at(url))) {
                Held held = new Held(database);
                held.shares.balance();
                assertThat(held.slices).hasSize(SLICES);

                wire.swallow();

                held.shares.balance();
                assertThat(held.slices).isEmpty();
                await().until(() -> {
                    held.shares.balance();
                    return held.slices.size() == SLICES;
                });
                held.shares.close();
            }
        }
    }

    /** As behind a pooler that gives the session's connection to others after each transaction. */
    @Test
    void aRunnerWhoseLocksAreGoneHasNoSlices() throws Exception {
        try (Database one = OpenedDatabase.with(store.settings());
                Database two = OpenedDatabase.with(store.settings())) {
            Held first = new Held(one);
            Held second = new Held(two);
            first.shares.balance();
            second.shares.balance();
            try (Statement statement = first.locks.session.createStatement()) {
                statement.execute("select pg_advisory_unlock_all()");
            }
            second.shares.balance();
            first.shares.balance();
            assertThat(second.slices).hasSize(SLICES);
            assertThat(first.slices).isEmpty();
            first.shares.close();
            second.shares.close();
        }
    }

    private Map<String, String> at(String url) {
        Map<String, String> settings = new HashMap<>(store.settings());
        settings.put("database.url", url);
        return settings;
    }

    private static final class Held implements Shares.Holder {

        private final Set<Integer> slices = new TreeSet<>();
        private final SessionLocks locks;
        private final Shares shares;

        Held(Database database) {
            locks = new SessionLocks(database);
            shares = new Shares(locks, SLICES, this);
        }

        @Override
        public void acquired(int slice) {
            slices.add(slice);
        }

        @Override
        public boolean released(int slice) {
            slices.remove(slice);
            return true;
        }

        @Override
        public void lostAll() {
            slices.clear();
        }
    }
}
