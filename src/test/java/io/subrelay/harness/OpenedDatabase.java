package io.subrelay.harness;

import io.subrelay.config.Settings;
import io.subrelay.store.Database;
import io.subrelay.store.EventStore;
import io.subrelay.store.Writer;
import io.subrelay.webhook.WebhookReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.camel.impl.DefaultCamelContext;

/** Databases that tests open as a runner does. */
public final class OpenedDatabase {

    private OpenedDatabase() {
    }

    /** @param options H2's own, each after a semicolon */
    public static Database h2(Path folder, String options) throws IOException {
        return with(Map.of("database.url", "jdbc:h2:file:" + folder.resolve("subrelay") + options));
    }

    public static Database with(Map<String, String> settings) throws IOException {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Properties properties = new Properties();
            properties.putAll(settings);
            context.getPropertiesComponent().setInitialProperties(properties);
            return Database.open(new Settings(context.getPropertiesComponent()));
        }
    }

    /** Stores renewals of a customer, and waits until they are on the disk. */
    public static void accept(Database database, String customer, int from, int to) {
        Writer writer = new Writer(database, new EventStore(() -> List.of("segment"), List::of));
        writer.start(accepted -> {});
        CompletableFuture.allOf(IntStream.rangeClosed(from, to)
                .mapToObj(n -> writer.accept(List.of(new WebhookReader().read(
                        Hooks.renewal(customer, n).toString().getBytes(StandardCharsets.UTF_8))), 1_800_000_000_000L)
                        .get(0))
                .toArray(CompletableFuture[]::new)).join();
        writer.close();
    }

    public static long number(Database database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
