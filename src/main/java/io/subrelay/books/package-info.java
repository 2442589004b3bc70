/**
 * The books: per day, destination and environment, that every event which was meant for a destination was delivered,
 * skipped, kept as a dead letter, deleted, or still waits; and what money they told of.
 */
package io.subrelay.books;
