package io.subrelay.command;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The ids in a file of ids: one a line, or a column of RevenueCat's CSV exports, which a first line names. */
final class IdColumn {

    private static final List<String> NAMES =
            List.of("app_user_id", "rc_last_seen_app_user_id_alias", "rc_original_app_user_id");

    /** A quoted cell may hold commas, and quotes as two. */
    private static final Pattern CELL = Pattern.compile("(?:\"((?:[^\"]|\"\")*+)\"|([^,]*))(?:,|$)");

    /** -1 until the first line is read. */
    private int column = -1;
    private boolean csv;

    /**
     * The id in the next line; null where there is none.
     *
     * @throws CommandFailed if it is the first line, and of a table without a column that is known: RevenueCat makes a
     *                       customer of whatever it is asked for
     */
    String next(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        if (column < 0) {
            column = 0;
            text = text.startsWith("\ufeff") ? text.substring(1) : text;
            List<String> names = cells(text);
            for (String name : NAMES) {
                if (names.contains(name)) {
                    column = names.indexOf(name);
                    csv = true;
                    return null;
                }
            }
            if (text.matches(".*[,;\t].*")) {
                throw new CommandFailed("the first line names none of the columns " + String.join(", ", NAMES)
                        + ", with commas between them, and is no id by itself");
            }
        }
        List<String> cells = csv ? cells(text) : List.of(text);
        String id = column < cells.size() ? cells.get(column).strip() : "";
        return id.isEmpty() ? null : id;
    }

    private static List<String> cells(String line) {
        return CELL.matcher(line).results()
                .map(cell -> cell.group(1) == null ? cell.group(2) : cell.group(1).replace("\"\"", "\"")).toList();
    }
}
