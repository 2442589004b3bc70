package io.subrelay.books;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The sums of an account on one day, by the quarter of an hour, from 0: as text such as
 * {@code 36:12 118.88 109.50,37:3}.
 */
final class Quarters {

    static final int A_DAY = 96;

    private Quarters() {
    }

    static Map<Integer, Sum> of(String stored) {
        Map<Integer, Sum> sums = new TreeMap<>();
        for (String each : stored.isEmpty() ? new String[0] : stored.split(",")) {
            String[] parts = each.split(":");
            sums.put(Integer.valueOf(parts[0]), Sum.of(parts[1]));
        }
        return sums;
    }

    static String stored(Map<Integer, Sum> sums) {
        return sums.entrySet().stream().filter(each -> !each.getValue().isZero())
                .map(each -> each.getKey() + ":" + each.getValue().stored()).collect(Collectors.joining(","));
    }
}
