package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.TempFolders;
import io.subrelay.webhook.WebhookReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final long NOW = 1_800_000_000_000L;

    /** A delivery waits for a destination that is off; the event that merged its customer was not meant for that. */
    @Test
    void keepsAMergeWhileSomethingOfTheMergedCustomerIsLeft() throws Exception {
        try (Database database = OpenedDatabase.h2(TempFolders.create(), "")) {
            OpenedDatabase.accept(database, "anna", 1, 1);
            OpenedDatabase.accept(database, "berta", 1, 1);
            Writer writer = new Writer(database, new EventStore(() -> List.of("amplitude"), List::of));
            writer.start(accepted -> {});
            writer.accept(List.of(new WebhookReader().read(Hooks.renewal("anna", 2, "berta").toString()
                    .getBytes(StandardCharsets.UTF_8))), NOW).get(0).join();
            writer.close();
            assertThat(database.jdbc().queryForList("select seq from event where after_customers is not null",
                    Long.class)).containsExactly(3L);
            database.jdbc().update("""
                    insert into redelivery (destination, event, customer, origin, attempts, first_attempt_at,
                      next_attempt_at)
                    select 'segment', seq, customer, 'event', 1, 1, 1 from event where seq < 3""");

            Retention retention = new Retention(database, 1);
            retention.run(List.of(), NOW + 1000);
            assertThat(left(database)).containsExactly(1L, 2L, 3L);
            database.jdbc().update("delete from redelivery");
            // the merge with the next look, as the others were there when this one began
            retention.run(List.of(), NOW + 1000);
            retention.run(List.of(), NOW + 1000);
            assertThat(left(database)).isEmpty();
        }
    }

    private static List<Long> left(Database database) {
        return database.jdbc().queryForList("select seq from event order by seq", Long.class);
    }
}
