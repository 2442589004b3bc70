package io.subrelay.customer;

/** An id that an event gave a customer in some part, as the one it was last seen by. */
record NamedId(EventKey key, String id) {

    /** The newer one of two, each of which may be null. */
    static NamedId newer(NamedId one, NamedId other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.key.compareTo(other.key) >= 0 ? one : other;
    }
}
