package io.subrelay.customer;

import java.util.HashMap;
import java.util.Map;

/** What one event can tell about a subscription. */
enum Field {
    STORE("store", Shape.TEXT),
    APP("app", Shape.TEXT),
    PRODUCT("product", Shape.TEXT),
    /** Of a product change: what the product becomes. */
    NEW_PRODUCT("becomes", Shape.TEXT),
    TRANSACTION("tx", Shape.TEXT),
    PERIOD("period", Shape.TEXT),
    PURCHASED("bought", Shape.NUMBER),
    EXPIRES("expires", Shape.NUMBER),
    GRACE("grace", Shape.NUMBER),
    RESUME("resume", Shape.NUMBER),
    ENTITLEMENTS("gives", Shape.TEXTS),
    REASON("reason", Shape.TEXT),
    /** Of what was stated: the status as of then, in lower case. */
    STATUS("status", Shape.TEXT),
    /** Of what was stated: when the newest of what it tells happened. */
    HAPPENED("happened", Shape.NUMBER);

    /** The values: a String, a Long, or a List of Strings. */
    enum Shape { TEXT, NUMBER, TEXTS }

    static final Field[] ALL = values();

    private static final Map<String, Field> BY_CODE = new HashMap<>();

    static {
        for (Field field : ALL) {
            BY_CODE.put(field.code, field);
        }
    }

    private final String code;
    private final Shape shape;

    Field(String code, Shape shape) {
        this.code = code;
        this.shape = shape;
    }

    /** The field stored under this name, or null. */
    static Field ofCode(String code) {
        return BY_CODE.get(code);
    }

    /** The name under which it is stored. */
    String code() {
        return code;
    }

    Shape shape() {
        return shape;
    }

    int bit() {
        return 1 << ordinal();
    }
}
