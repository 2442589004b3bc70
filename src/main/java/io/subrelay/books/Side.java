package io.subrelay.books;

import io.subrelay.customer.Environment;

/** A destination's events of one environment. */
record Side(String destination, Environment environment) {
}
