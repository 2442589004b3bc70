package io.subrelay.check;

import java.io.PrintWriter;
import java.util.List;

/** What a check found. */
public record Report(List<Fault> found, int destinations, int examples) {

    /** Whether a runner would start, and every example holds. */
    public boolean isFine() {
        return found.stream().noneMatch(Fault::isFault);
    }

    public void print(PrintWriter out) {
        found.forEach(out::println);
        long faults = found.stream().filter(Fault::isFault).count();
        out.println(isFine()
                ? "fine: " + count(destinations, "destination") + ", " + count(examples, "example")
                : count((int) faults, "fault"));
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
