package io.subrelay.customer;

/**
 * Where an alias was listed.
 *
 * @param key      the event
 * @param position in its {@code aliases}, from 0
 */
record AliasPosition(EventKey key, int position) implements Comparable<AliasPosition> {

    @Override
    public int compareTo(AliasPosition other) {
        int order = key.compareTo(other.key);
        return order == 0 ? Integer.compare(position, other.position) : order;
    }

    /** The first one of two, each of which may be null. */
    static AliasPosition first(AliasPosition one, AliasPosition other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) <= 0 ? one : other;
    }
}
