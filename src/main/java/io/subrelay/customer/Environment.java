package io.subrelay.customer;

import io.subrelay.event.Event;

/** Purchases made with real money, and those of testers. What a customer has in one says nothing about the other. */
public enum Environment {
    PRODUCTION,
    SANDBOX;

    /** By {@code environment}, else by {@code purchase_environment}; production where neither is there. */
    public static Environment of(Event event) {
        return of(named(event));
    }

    /** What the event says of it; null where it says nothing. */
    static String named(Event event) {
        String environment = Fields.text(event.event(), "environment");
        return environment == null ? Fields.text(event.event(), "purchase_environment") : environment;
    }

    /** @param name may be null */
    static Environment of(String name) {
        return "SANDBOX".equalsIgnoreCase(name) ? SANDBOX : PRODUCTION;
    }
}
