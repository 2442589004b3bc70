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
    PURCHASED("b", "bought", Shape.TIME),
    EXPIRES("e", "expires", Shape.TIME),
    GRACE("g", "grace", Shape.TIME),
    RESUME("r", "resume", Shape.TIME),
    ENTITLEMENTS("gives", Shape.TEXTS),
    REASON("reason", Shape.TEXT),
    /** Of a renewal: {@code renewal_number}. */
    RENEWAL("n", Shape.TEXT),
    /** Of what was stated: the status as of then, in lower case. */
    STATUS("status", Shape.TEXT),
    /** Of what was stated: when the newest of what it tells happened. */
    HAPPENED("h", "happened", Shape.TIME);

    /** The values: a String, a Long, or a List of Strings. */
    enum Shape { TEXT, TIME, TEXTS }

    static final Field[] ALL = values();

    private static final Map<String, Field> BY_CODE = new HashMap<>();

    static {
        for (Field field : ALL) {
            BY_CODE.put(field.code, field);
            BY_CODE.put(field.absolute, field);
        }
    }

    /** The name under which it is stored. */
    final String code;
    private final String absolute;
    final Shape shape;

    Field(String code, Shape shape) {
        this(code, code, shape);
    }

    /** @param absolute the name of a time that is stored as such, as versions before did, not as one after its event */
    Field(String code, String absolute, Shape shape) {
        this.code = code;
        this.absolute = absolute;
        this.shape = shape;
    }

    /** The field stored under this name, or null. */
    static Field ofCode(String code) {
        return BY_CODE.get(code);
    }

    int bit() {
        return 1 << ordinal();
    }
}
