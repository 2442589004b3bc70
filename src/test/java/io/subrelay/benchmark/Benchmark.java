package io.subrelay.benchmark;

import io.subrelay.console.ConsoleSpeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs the rounds, each subject in turn, and prints the medians. Every process is its own, on loopback; the figures are
 * those of the subject's process alone.
 */
public final class Benchmark {

    private static final int WARM_UPS = 6;
    private static final long SETTLE_MILLIS = 500;
    private static final long STALLED_MILLIS = 60_000;
    private static final String[] COLUMNS = {
            "accepted/s", "delivered/s", "CPU s/1000", "database CPU", "vendors CPU", "load CPU", "requests/event",
            "answer p50", "answer p95", "answer p99", "delivery p50", "delivery p95", "delivery p99"};

    private final Options options;
    private final Child vendors;
    private final Child load;
    private final Map<String, String> vendorPorts;

    private Benchmark(Options options) {
        this.options = options;
        vendors = Child.main(Vendors.class, Path.of("."), options.number("latency"),
                options.number("backfill") > 0 ? "segment" : "statsig");
        vendorPorts = Child.values(vendors.line());
        load = Child.main(Load.class, Path.of("."), options.number("customers"));
        load.line();
    }

    /**
     * What is measured is said in words such as {@code rate=1000 latency=100}; with the word {@code console} it is how
     * long the console's pages take with 100,000 events, or as many as a second word says.
     */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("console")) {
            ConsoleSpeed.print(args.length > 1 ? Integer.parseInt(args[1]) : 100_000);
            return;
        }
        Options options = new Options(args);
        System.out.println(options);
        Benchmark benchmark = new Benchmark(options);
        try {
            benchmark.run();
        } finally {
            benchmark.load.close();
            benchmark.vendors.close();
        }
    }

    private void run() throws Exception {
        List<Subject> subjects = new ArrayList<>();
        try {
            for (String name : options.subjects()) {
                vendors.ask("reset");
                subjects.add(new Subject(name, options, vendorPorts));
                started(subjects.get(subjects.size() - 1));
            }
            List<Subject> inTurn = new ArrayList<>(subjects);
            warmUp(inTurn);
            Map<String, List<Map<String, Double>>> rounds = new LinkedHashMap<>();
            for (int i = 0; i < options.number("rounds"); i++) {
                for (Subject subject : inTurn) {
                    boolean backfill = options.number("backfill") > 0 && subject.name.endsWith("+");
                    if (backfill) {
                        subject.call("POST", "/api/destinations/segment/backfill?of=state");
                    }
                    Map<String, Double> round = round(subject, options.number("events"), options.number("rate"));
                    rounds.computeIfAbsent(subject.name, name -> new ArrayList<>()).add(round);
                    System.out.printf("%-8s round %d  %s%n", subject.name, i + 1, round);
                    if (backfill) {
                        System.out.println(subject.call("DELETE", "/api/destinations/segment/backfill"));
                    }
                }
                // it is of use to be the last one
                Collections.reverse(inTurn);
            }
            print(subjects, rounds);
            for (Subject subject : options.number("idle") > 0 ? subjects : List.<Subject>of()) {
                idle(subject);
            }
        } finally {
            for (Subject subject : subjects) {
                subject.close();
            }
        }
    }

    /**
     * In parts, each in the other order: one that is warmed up while vendors and load are cold keeps more threads, and
     * took 5 to 15 % more than the very same version behind it.
     */
    private void warmUp(List<Subject> inTurn) throws Exception {
        for (int part = 0; part < WARM_UPS && options.number("warmup") > 0; part++) {
            for (Subject subject : inTurn) {
                Map<String, Double> warmUp = round(subject, options.number("warmup") / WARM_UPS, 0);
                System.out.printf("%-8s warm-up   %.0f delivered/s, %.3f CPU s/1000%n",
                        subject.name, warmUp.get("delivered/s"), warmUp.get("CPU s/1000"));
            }
            Collections.reverse(inTurn);
        }
    }

    private void started(Subject subject) throws Exception {
        System.out.printf("%-8s ready after %d ms%n", subject.name, subject.startMillis);
        int backlog = options.number("backlog");
        if (backlog > 0 && subject.isStored()) {
            long from = System.currentTimeMillis();
            double cpu = subject.cpuSeconds();
            Map<String, String> stats = awaitDelivered(backlog);
            Thread.sleep(SETTLE_MILLIS);
            System.out.printf("%-8s backlog   %.0f delivered/s, %.3f CPU s/1000%n", subject.name,
                    backlog * 1000.0 / (Long.parseLong(stats.get("lastAt")) - from),
                    (subject.cpuSeconds() - cpu) * 1000 / backlog);
        }
    }

    private Map<String, Double> round(Subject subject, int events, int rate) throws Exception {
        vendors.ask("reset");
        double[] before = cpu(subject);
        Map<String, String> sent = load.ask(subject.ports + " " + events + " " + rate);
        if (!sent.get("failed").equals("0")) {
            throw new IllegalStateException(subject.name + " did not take " + sent.get("failed") + " of " + events);
        }
        Map<String, String> stats = awaitDelivered(events);
        Thread.sleep(SETTLE_MILLIS);
        double[] after = cpu(subject);
        Map<String, Double> round = new LinkedHashMap<>();
        round.put("accepted/s", Math.rint(events * 1000.0 / Long.parseLong(sent.get("millis"))));
        round.put("delivered/s", Math.rint(
                events * 1000.0 / (Long.parseLong(stats.get("lastAt")) - Long.parseLong(sent.get("startedAt")))));
        for (int i = 0; i < before.length; i++) {
            round.put(COLUMNS[2 + i], Math.rint((after[i] - before[i]) * 1e6 / events) / 1000);
        }
        round.put("requests/event", Double.parseDouble(stats.get("requests")) / events);
        for (String point : List.of("p50", "p95", "p99")) {
            round.put("answer " + point, Double.valueOf(sent.get(point)));
            round.put("delivery " + point, Double.valueOf(stats.get(point)));
        }
        return round;
    }

    /** Waits until every vendor has had that many events, and tells what they have had. */
    private Map<String, String> awaitDelivered(int events) throws InterruptedException {
        String before = "";
        long since = System.currentTimeMillis();
        while (true) {
            Map<String, String> stats = vendors.ask("stats");
            if (vendorPorts.keySet().stream().allMatch(name -> Integer.parseInt(stats.get(name)) >= events)) {
                return stats;
            }
            if (!stats.get("requests").equals(before)) {
                before = stats.get("requests");
                since = System.currentTimeMillis();
            } else if (System.currentTimeMillis() - since > STALLED_MILLIS) {
                throw new IllegalStateException("of " + events + " events only these came: " + new TreeMap<>(stats));
            }
            Thread.sleep(25);
        }
    }

    private double[] cpu(Subject subject) throws IOException {
        return new double[] {
                subject.cpuSeconds(), subject.databaseCpuSeconds(), vendors.cpuSeconds(), load.cpuSeconds()};
    }

    private void idle(Subject subject) throws InterruptedException {
        double before = subject.cpuSeconds();
        Thread.sleep(options.number("idle") * 1000L);
        System.out.printf("%-8s idle: %.2f %% of a core%n",
                subject.name, (subject.cpuSeconds() - before) * 100 / options.number("idle"));
    }

    private void print(List<Subject> subjects, Map<String, List<Map<String, Double>>> rounds) {
        Map<String, Map<String, Double>> medians = new LinkedHashMap<>();
        System.out.printf("%n%-16s", "median of " + options.number("rounds"));
        for (Subject subject : subjects) {
            System.out.printf("%12s", subject.name);
            Map<String, Double> median = new LinkedHashMap<>();
            for (String column : COLUMNS) {
                median.put(column, median(rounds.get(subject.name).stream().map(round -> round.get(column))));
            }
            medians.put(subject.name, median);
        }
        System.out.println();
        for (String column : COLUMNS) {
            System.out.printf("%-16s", column);
            String format = column.endsWith("/s") ? "%12.0f" : "%12.3f";
            medians.values().forEach(median -> System.out.printf(format, median.get(column)));
            System.out.println();
        }
        System.out.printf("%-16s", "peak RSS, MB");
        subjects.forEach(subject -> System.out.printf("%12d", subject.peakMegabytes()));
        System.out.println();
        Map<String, Double> memory = medians.get("memory");
        for (String column : memory == null ? List.<String>of() : List.of("delivered/s", "CPU s/1000")) {
            System.out.printf("%-16s", "to memory");
            medians.values().forEach(median -> System.out.printf("%10.2f x", median.get(column) / memory.get(column)));
            System.out.println("  " + column);
        }
    }

    private static double median(Stream<Double> values) {
        List<Double> sorted = new ArrayList<>(values.toList());
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
