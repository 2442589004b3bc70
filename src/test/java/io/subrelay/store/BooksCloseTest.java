package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.books.BookedEvent;
import io.subrelay.books.BooksApi;
import io.subrelay.books.Ledger;
import io.subrelay.event.Delivery;
import io.subrelay.event.DeliveryResult;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Outcome;
import io.subrelay.harness.Api;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.OpenedDatabase;
import io.subrelay.harness.Store;
import io.subrelay.store.BooksCount.Booked;
import io.subrelay.webhook.WebhookReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The books against a count of one's own, event by event, while at random events are accepted on several days,
 * delivered, skipped, refused, redelivered, erased and deleted, destinations come and go, and transactions fail or are
 * committed without an answer.
 */
class BooksCloseTest {

    private static final long SEED = 20261126;
    private static final int ROUNDS = 12;
    private static final int STEPS = 40;
    private static final long FIRST_DAY = Instant.parse("2026-11-24T00:00:00Z").toEpochMilli();
    private static final long THREE_DAYS = TimeUnit.DAYS.toMillis(3);
    /** A day begins at a quarter past six there, UTC. */
    private static final ZoneId ZONE = ZoneId.of("Asia/Kathmandu");
    private static final List<String> NAMES = List.of("mail", "numbers", "segment");

    private final Random random = new Random(SEED);
    private final Map<String, Booked> booked = new HashMap<>();
    private final Set<String> gone = new HashSet<>();
    private List<String> open = List.of("mail", "segment");
    private Database database;
    private Writer writer;
    private int events;
    private int attempts;

    @ParameterizedTest
    @EnumSource
    void toTheLastEvent(Store.Kind kind) throws Exception {
        Store store = kind.create();
        open(store);
        for (int round = 0; round < ROUNDS; round++) {
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            if (round % 3 == 0) {
                writer.close();
                database.close();
                open(store);
            }
            check();
            if (random.nextBoolean()) {
                new Ledger(database.dataSource()).addUp();
                check();
            }
        }
        assertThat(booked.values().stream().flatMap(each -> each.ends().values().stream()).distinct())
                .contains("delivered", "dead", "previewed", "erased", "deleted", "waiting", "not tracked", "no one");
        writer.close();
        database.close();
    }

    @Test
    void whatADestinationHasPassedIsMissingUntilItIsSentAgain() throws Exception {
        open(Store.Kind.H2.create());
        for (int n = 0; n < 3; n++) {
            accept();
        }
        DeliveryStore store = new DeliveryStore(database);
        EnrichedEvent first = store.accepted(0, 1, 1).get(0);
        write(List.of(new DeliveryResult("mail", new Delivery(first, Delivery.Origin.EVENT, 1, 0, true),
                Outcome.retry(503, "busy", 1000, 0), FIRST_DAY, FIRST_DAY, 1)), false, false);
        assertThat(states()).isEqualTo("true: waiting waiting waiting");

        store.savePositions(Map.of("mail", Map.of(0, 3L)));
        assertThat(states()).isEqualTo("false: waiting missing missing");

        String id = store.accepted(1, 2, 1).get(0).event().id();
        assertThat(new RequestedDeliveryStore(database).event(id, "mail")).isOne();
        assertThat(states()).isEqualTo("false: waiting waiting missing");
        id = store.accepted(2, 3, 1).get(0).event().id();
        assertThat(new RequestedDeliveryStore(database).event(id, "mail")).isOne();
        assertThat(states()).isEqualTo("true: waiting waiting waiting");
        assertThat(store.counts().get("mail").pending()).isEqualTo(3);
        writer.close();
        database.close();
    }

    /** A route may put into its reason whatever it likes; the books are read as a whole. */
    @Test
    void veryManyReasonsAreBookedTogether() throws Exception {
        open(Store.Kind.H2.create());
        accept();
        EnrichedEvent event = new DeliveryStore(database).accepted(0, 1, 1).get(0);
        BookedEvent booked = BookedEvent.of(event);
        int reasons = 2_500;
        database.booked((jdbc, journal) -> {
            IntStream.range(0, reasons).forEach(n -> {
                journal.meant(booked, List.of("mail"));
                journal.ended(booked, "mail", "skipped", "reason " + n);
            });
            return null;
        });
        new Ledger(database.dataSource()).addUp();
        assertThat(database.jdbc().queryForObject("select count(*) from book_account", Long.class))
                .isBetween(2_000L, 2_010L);
        JsonNode mail = Api.json(new BooksApi(database.dataSource()).of("2026-11-24", null, "3"))
                .path("destinations").get(0);
        assertThat(mail.path("skipped").asInt()).isEqualTo(reasons);
        assertThat(mail.path("closes").asBoolean()).isTrue();
        writer.close();
        database.close();
    }

    /** They are kept when the customer is erased. */
    @Test
    void aReasonNamesNobody() throws Exception {
        database = OpenedDatabase.with(Store.Kind.H2.create().settings());
        Event event = new WebhookReader().read(
                Hooks.renewal("anna", 1, "anna-and-more").toString().getBytes(StandardCharsets.UTF_8));
        database.booked((jdbc, journal) -> {
            journal.ended(BookedEvent.of(1, FIRST_DAY, event), "mail", "skipped", "not for anna-and-more");
            return null;
        });
        assertThat(database.jdbc().queryForObject("select postings from book_journal", String.class))
                .contains("not for …\t");
        database.close();
    }

    /** There may be very many, as where all dead letters were asked for again. */
    @Test
    void whatWaitsIsNotReadOneByOne() throws Exception {
        open(Store.Kind.H2.create());
        int events = 120;
        OpenedDatabase.accept(database, "anna", 1, events);
        DeliveryStore store = new DeliveryStore(database);
        write(store.accepted(0, events, events).stream().map(it -> new DeliveryResult("segment", Delivery.of(it),
                Outcome.ended(Outcome.Verdict.REFUSED, 400, "no"), 1, FIRST_DAY, 1)).toList(), false, false);
        store.savePositions(Map.of("segment", Map.of(0, (long) events)));
        assertThat(new RequestedDeliveryStore(database).dead("segment", true)).isEqualTo(events);
        database.jdbc().update("update event set webhook = cast('no JSON' as varbinary) where seq > 100");

        JsonNode books = Api.json(new BooksApi(database.dataSource()).of("2027-01-15", null, "1"));
        assertThat(books.path("closes").asBoolean()).isTrue();
        assertThat(books.path("destinations").get(0).path("waiting").asInt()).isEqualTo(events);
        assertThat(books.path("not_delivered")).hasSize(100);
        writer.close();
        database.close();
    }

    /** Whether the books close, and how what has not been delivered stands at one destination. */
    private String states() throws Exception {
        JsonNode books = Api.json(new BooksApi(database.dataSource()).of("2026-11-24", null, "3"));
        StringBuilder states = new StringBuilder(books.path("closes").asText()).append(':');
        books.path("not_delivered").forEach(it -> {
            if (it.path("destination").asText().equals("mail")) {
                states.append(' ').append(it.path("state").asText());
            }
        });
        return states.toString();
    }

    private void open(Store store) throws Exception {
        database = OpenedDatabase.with(store.settings());
        writer = new Writer(database, new EventStore(() -> open, List::of));
        writer.start(accepted -> {});
        for (String name : NAMES) {
            new DeliveryStore(database).register(name, 1);
        }
    }

    private void step() throws Exception {
        switch (random.nextInt(20)) {
            case 0 -> open = NAMES.stream().filter(name -> random.nextInt(4) > 0).toList();
            case 1 -> redeliverOne();
            case 2 -> redeliverDead();
            case 3 -> backfill();
            case 4 -> erase();
            case 5 -> delete();
            case 6, 7, 8, 9, 10, 11 -> accept();
            default -> deliver();
        }
    }

    private void accept() throws Exception {
        String customer = "customer" + random.nextInt(25);
        ObjectNode webhook = Hooks.renewal(customer, ++events);
        ObjectNode event = Hooks.event(webhook);
        BigDecimal usd = BigDecimal.valueOf(random.nextInt(4000) - 1000, 2);
        BigDecimal amount = usd.multiply(new BigDecimal("0.931"));
        String currency = List.of("USD", "EUR", "JPY").get(random.nextInt(3));
        event.put("environment", random.nextInt(5) == 0 ? "SANDBOX" : "PRODUCTION").put("price", usd)
                .put("price_in_purchased_currency", amount).put("currency", currency);
        long at = FIRST_DAY + random.nextLong(THREE_DAYS);
        var read = new WebhookReader().read(webhook.toString().getBytes(StandardCharsets.UTF_8));
        // the second time it is a duplicate
        for (int time = 0; time <= random.nextInt(2); time++) {
            writer.accept(List.of(read), at).get(0).get();
        }
        Map<String, String> ends = new TreeMap<>();
        open.forEach(name -> ends.put(name, "waiting"));
        booked.put(read.id(), new Booked(read.id(), customer, at, event.path("environment").asText(), usd, amount,
                currency, ends));
    }

    /** Whatever waits, as a destination would have it. */
    private List<Delivery> waiting(String name) {
        DeliveryStore store = new DeliveryStore(database);
        List<DeliveryStore.Waiting> waiting = new ArrayList<>(
                store.unsettled(name, Set.of(0), 1, 0, store.lastEvent(), 20));
        waiting.addAll(store.requested(name, Set.of(0), 1, Long.MAX_VALUE, 20));
        return waiting.stream().map(it -> new Delivery(it.event(),
                it.origin() == null ? Delivery.Origin.EVENT : it.origin(), it.attempts() + 1, 0, it.origin() != null))
                .filter(it -> it.isMeantFor(name)).toList();
    }

    private void deliver() throws Exception {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        List<DeliveryResult> results = new ArrayList<>();
        for (Delivery delivery : waiting(name)) {
            Outcome outcome = switch (random.nextInt(8)) {
                case 0 -> Outcome.retry(503, "busy", 1000, 0);
                case 1 -> Outcome.ended(Outcome.Verdict.SKIPPED, 0, "not tracked");
                case 2 -> Outcome.ended(Outcome.Verdict.SKIPPED, 0, "no one");
                case 3 -> Outcome.ended(Outcome.Verdict.REFUSED, 400, "no, " + delivery.event().event().id());
                case 4 -> Outcome.previewed("{}");
                default -> Outcome.delivered(200);
            };
            results.add(new DeliveryResult(name, delivery, outcome, FIRST_DAY, FIRST_DAY + ++attempts, 1));
            if (outcome.isFinal()) {
                booked.get(delivery.event().event().id()).ends().put(name, outcome.verdict() == Outcome.Verdict.SKIPPED
                        ? outcome.reason() : results.get(results.size() - 1).state());
            }
        }
        switch (random.nextInt(4)) {
            // it fails at first
            case 0 -> assertThatThrownBy(() -> write(results, false, true)).hasMessage("killed");
            // it is committed, and the writer does not hear of it
            case 1 -> write(results, false, false);
            default -> {
                results.forEach(writer::add);
                assertThat(writer.flush(60_000)).isTrue();
                return;
            }
        }
        write(results, true, false);
    }

    private void write(List<DeliveryResult> results, boolean again, boolean fails) throws Exception {
        database.booked((jdbc, journal) -> {
            new ResultStore().write(jdbc, results, again, journal);
            if (fails) {
                throw new IllegalStateException("killed");
            }
            return null;
        });
    }

    private void redeliverOne() throws Exception {
        List<Booked> there = booked.values().stream().filter(it -> !gone.contains(it.id())).toList();
        if (!there.isEmpty()) {
            Booked one = there.get(random.nextInt(there.size()));
            String name = NAMES.get(random.nextInt(NAMES.size()));
            boolean ended = !one.ends().getOrDefault(name, "waiting").equals("waiting");
            assertThat(new RequestedDeliveryStore(database).event(one.id(), name)).isEqualTo(ended ? 1 : 0);
            if (ended) {
                one.ends().put(name, "waiting");
            }
        }
    }

    private void redeliverDead() throws Exception {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        new RequestedDeliveryStore(database).dead(name, true);
        booked.values().stream().filter(it -> !gone.contains(it.id()))
                .forEach(it -> it.ends().replace(name, "dead", "waiting"));
    }

    private void backfill() throws Exception {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        HistoryBackfills backfills = new HistoryBackfills(database, new RequestedDeliveryStore(database));
        backfills.start(name, 0);
        while (backfills.next(name).isPresent()) {
            // all of it
        }
        booked.values().stream().filter(it -> !gone.contains(it.id())).forEach(it -> {
            it.ends().putIfAbsent(name, "waiting");
            it.ends().replace(name, "previewed", "waiting");
        });
    }

    private void erase() throws Exception {
        String customer = "customer" + random.nextInt(25);
        writer.erase(new CustomerRecords(database), customer);
        booked.values().stream().filter(it -> it.customer().equals(customer) && gone.add(it.id()))
                .forEach(it -> it.ends().replaceAll((name, end) -> end.equals("waiting") ? "erased" : end));
    }

    private void delete() throws Exception {
        long before = FIRST_DAY + random.nextLong(THREE_DAYS);
        new Retention(database, 0).run(open, before);
        Set<String> left = Set.copyOf(database.jdbc().queryForList("select event_id from event", String.class));
        booked.values().stream().filter(it -> !left.contains(it.id()) && gone.add(it.id())).forEach(it -> {
            assertThat(it.at()).isLessThan(before);
            it.ends().replaceAll((name, end) -> end.equals("waiting") ? "deleted" : end);
        });
    }

    private void check() throws Exception {
        Map<String, DeliveryStore.Counts> counts = new DeliveryStore(database).counts();
        for (String name : NAMES) {
            assertThat(counts.get(name).pending()).as("pending of " + name).isEqualTo(booked.values().stream()
                    .filter(it -> !gone.contains(it.id()) && "waiting".equals(it.ends().get(name))).count());
            assertThat(counts.get(name).dead()).as("dead letters of " + name).isEqualTo(booked.values().stream()
                    .filter(it -> !gone.contains(it.id()) && "dead".equals(it.ends().get(name))).count());
            assertThat(counts.get(name).delivered()).as("delivered to " + name).isEqualTo(booked.values().stream()
                    .filter(it -> "delivered".equals(it.ends().get(name))).count());
        }
        for (int days : new int[] {1, 4}) {
            for (int day = 0; day < 4; day += days) {
                LocalDate first = LocalDate.of(2026, 11, 24).plusDays(day);
                BooksCount.check(booked.values(), ZONE, first, days, books(first, days));
            }
        }
        Api.json(new BooksApi(database.dataSource()).ofEach("2026-11-27", ZONE.getId(), "4")).forEach(day -> assertThat(
                day.path("accepted")).isEqualTo(books(LocalDate.parse(day.path("day").asText()), 1).path("accepted")));
    }

    private JsonNode books(LocalDate first, int days) {
        try {
            return Api.json(new BooksApi(database.dataSource())
                    .of(first.toString(), ZONE.getId(), String.valueOf(days)));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
