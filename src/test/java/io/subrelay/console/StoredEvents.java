package io.subrelay.console;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;

/** A database that already holds very many events, made before a runner opens it. */
final class StoredEvents {

    /**
     * A hundred and fifty events an hour of 5,000 customers, the newest one now; one in fifty was skipped, one in a
     * thousand is dead. Statsig had none of the first quarter.
     */
    private static final String EVENTS =
            """
                    insert into event (seq, event_id, customer, type, kind, event_at, happened_at, received_at, late,
                      destinations, webhook, customer_then)
                    select x, 'stored-' || x, 1000000 + mod(x, 5000), 'RENEWAL', 'renewal', at, at, at, false,
                      ',amplitude,onesignal,segment,' || case when x <= %d / 4 then '' else 'statsig,' end,
                      '{"api_version":"1.0","event":{"id":"stored-' || x || '","type":"RENEWAL"'
                      || ',"event_timestamp_ms":' || at
                      || ',"app_user_id":"stored-user-' || mod(x, 5000) || '","aliases":[],"environment":"PRODUCTION",'
                      || '"product_id":"monthly","store":"APP_STORE","filler":"' || repeat('x', 400) || '"}}',
                      '{"app_user_id":"stored-user-' || mod(x, 5000) || '","aliases":[],"subscriber_attributes":{},'
                      || '"subscription_status":"active","active_entitlements":["pro"]}'
                    from (select x, %d - (%d - x) * 24000 as at from system_range(1, %d) as range(x)) numbered""";
    private static final String DELIVERIES =
            """
                    insert into delivery
                      (id, event, destination, state, attempts, settled_at, millis, response_code, reason)
                    select e.seq * 1000 + d.number, e.seq, d.name,
                      case when mod(e.seq, 1000) = 7 then 'dead' when mod(e.seq, 50) = 3 then 'skipped'
                        else 'delivered' end,
                      1, e.received_at + 80, 40,
                      case when mod(e.seq, 1000) = 7 then 400 when mod(e.seq, 50) = 3 then null else 200 end,
                      case when mod(e.seq, 1000) = 7 then 'invalid' when mod(e.seq, 50) = 3 then 'not tracked' end
                    from event e cross join
                      (values ('amplitude', 0), ('onesignal', 1), ('segment', 2), ('statsig', 3)) d(name, number)
                    where e.destinations like '%,' || d.name || ',%'""";
    /** What the books of whole days (UTC) say of them; each event told of 9.99 USD. */
    private static final List<String> BOOKS = List.of(
            """
                    create local temporary table ended as
                    select e.received_at / 86400000 as book_day, d.destination, d.state as entry, count(*) as events
                    from delivery d join event e on e.seq = d.event
                    group by e.received_at / 86400000, d.destination, d.state""",
            """
                    insert into ended
                    select book_day, destination, 'meant', sum(events) from ended group by book_day, destination
                    union all
                    select book_day, '', 'accepted', sum(events) from ended where destination = 'segment'
                    group by book_day""",
            """
                    insert into book_account (id, destination, environment, entry, reason, currency)
                    select row_number() over (), destination, 'PRODUCTION', entry,
                      case when entry = 'skipped' then 'not tracked' else '' end, 'USD'
                    from (select distinct destination, entry from ended) accounts""",
            """
                    insert into book (book_day, account, events, usd, amount)
                    select e.book_day, a.id, e.events, e.events * 9.99, e.events * 9.99
                    from ended e join book_account a on a.destination = e.destination and a.entry = e.entry""");

    private static final String CUSTOMERS = """
            insert into customer (id, as_of, folded)
            select customer, seq, '{"newest":[' || event_at || ',1,"' || event_id || '"],"first":' || event_at
              || ',"last":["stored-user-' || mod(seq, 5000) || '"],"seen":[[' || event_at || ',1,"' || event_id
              || '","stored-user-' || mod(seq, 5000) || '"]],"subscriptions":{"bought-' || event_id || '":[["renewal",'
              || event_at || ',"' || event_id || '",{"store":"APP_STORE","env":"PRODUCTION","product":"monthly",'
              || '"period":"NORMAL","bought":' || event_at || ',"expires":' || (event_at + 2592000000)
              || ',"gives":["pro"]}]]}}'
            from event where seq > %d - 5000""";

    private StoredEvents() {
    }

    /** @param url of an H2 database that nobody has opened, without options */
    static void write(String url, int events) throws SQLException {
        String connect = url + ";DATABASE_TO_LOWER=TRUE;CACHE_SIZE=131072";
        Flyway.configure().dataSource(connect, null, null)
                .locations("classpath:db/migration", "classpath:db/h2").load().migrate();
        try (Connection connection = DriverManager.getConnection(connect);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(EVENTS.formatted(events, System.currentTimeMillis(), events, events));
            statement.executeUpdate(DELIVERIES);
            statement.executeUpdate(CUSTOMERS.formatted(events));
            statement.executeUpdate("insert into customer_id (app_user_id, customer)"
                    + " select 'stored-user-' || (id - 1000000), id from customer");
            statement.executeUpdate(
                    """
                            insert into destination (name, number, pending, delivered, skipped, previewed, dead)
                            select destination, mod(min(id), 1000), 0, sum(case when state = 'delivered' then 1 else 0 end),
                              sum(case when state = 'skipped' then 1 else 0 end), 0, sum(case when state = 'dead' then 1 else 0 end)
                            from delivery group by destination""");
            statement.executeUpdate("""
                    insert into delivery_hour (destination, hour_at, state, deliveries)
                    select destination, settled_at - mod(settled_at, 3600000), state, count(*)
                    from delivery group by destination, settled_at - mod(settled_at, 3600000), state""");
            statement.executeUpdate("""
                    insert into dead_letter (destination, event)
                    select destination, event from delivery where state = 'dead'""");
            statement.executeUpdate("""
                    update destination set last_error_code = 400,
                      last_error_event = (select max(event) from dead_letter l where l.destination = name),
                      last_error_at = (select max(d.settled_at) from delivery d
                        where d.destination = name and d.state = 'dead')""");
            for (String books : BOOKS) {
                statement.executeUpdate(books);
            }
            statement.executeUpdate("update log_position set last_event = " + events + ", last_customer = 1010000");
        }
    }

    /** {@code StoredEvents jdbc:h2:file:… 100000} */
    public static void main(String[] args) throws SQLException {
        write(args[0], Integer.parseInt(args[1]));
    }
}
