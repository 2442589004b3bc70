package io.subrelay.books;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The sums of an account on one day, by quarters of an hour. */
final class Quarters {

    static final int A_DAY = 96;

    private final Map<Integer, Sum> sums = new TreeMap<>();

    /** @param stored for example {@code 36:12 118.88 109.50,37:3} */
    static Quarters of(String stored) {
        Quarters quarters = new Quarters();
        if (!stored.isEmpty()) {
            for (String each : stored.split(",")) {
                int colon = each.indexOf(':');
                quarters.sums.put(Integer.valueOf(each.substring(0, colon)), Sum.of(each.substring(colon + 1)));
            }
        }
        return quarters;
    }

    void add(int quarter, Sum sum) {
        sums.computeIfAbsent(quarter, it -> new Sum()).add(sum);
    }

    void add(Quarters others) {
        others.sums.forEach(this::add);
    }

    /** By the quarter of the day, from 0. */
    Map<Integer, Sum> sums() {
        return sums;
    }

    Sum total() {
        Sum total = new Sum();
        sums.values().forEach(total::add);
        return total;
    }

    String stored() {
        return sums.entrySet().stream().filter(each -> !each.getValue().isZero())
                .map(each -> each.getKey() + ":" + each.getValue().stored()).collect(Collectors.joining(","));
    }
}
