package io.subrelay.config;

import java.util.Collection;

/** Finds the name that somebody probably meant. */
public final class Nearest {

    private Nearest() {
    }

    /** {@code "; did you mean …?"}, or nothing where no known name is near. */
    public static String hint(String name, Collection<String> known) {
        String nearest = to(name, known);
        return nearest == null ? "" : "; did you mean " + nearest + "?";
    }

    /** The known name that is nearest, null if none is near. */
    public static String to(String name, Collection<String> known) {
        String nearest = null;
        int least = Math.max(1, Math.min(3, name.length() / 3)) + 1;
        for (String each : known) {
            int distance = Math.abs(each.length() - name.length()) >= least ? least
                    : each.equalsIgnoreCase(name) ? 0 : distance(name, each);
            if (distance < least) {
                least = distance;
                nearest = each;
            }
        }
        return nearest;
    }

    /** How many letters have to be changed, added, left out or swapped with their neighbour. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
