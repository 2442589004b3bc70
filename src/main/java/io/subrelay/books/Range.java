package io.subrelay.books;

/** The places of the first and the last of some events; others may lie between them. */
record Range(long first, long last) {

    Range plus(Range more) {
        return new Range(Math.min(first, more.first), Math.max(last, more.last));
    }
}
