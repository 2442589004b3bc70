package io.subrelay.store;

/** The key of a delivery: one number, as H2 keeps rows by a number in one tree, and by any other key in two. */
final class DeliveryId {

    private DeliveryId() {
    }

    /** @param destination the number of a destination, as in its row */
    static long of(long event, int destination) {
        return event * 1000 + destination;
    }

    /**
     * The same in SQL, for the event {@code e}.
     *
     * @param destination the name of a destination, as a parameter or a text of SQL
     */
    static String at(String destination) {
        return "e.seq * 1000 + (select number from destination where name = " + destination + ")";
    }

    /**
     * In SQL, those of events at every destination.
     *
     * @param event the number of an event, as a column
     * @param from  where events come from: tables and conditions
     */
    static String ofAll(String event, String from) {
        return "(select " + event + " * 1000 + t.number from destination t cross join " + from + ")";
    }
}
