package io.subrelay.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Ids as keys. A sender's ids may be of any length and any characters; an index of PostgreSQL takes up to 2,700 bytes,
 * and no text that has U+0000. One that does not fit is known by its hash instead, wherever it is stored or looked up.
 */
public final class Ids {

    /** The most characters of an event's key. */
    public static final int MAX_EVENT_LENGTH = 200;
    private static final int MAX_CUSTOMER_LENGTH = 500;
    private static final String HASHED = "sha256:";

    private Ids() {
    }

    /** The key of an event. */
    public static String ofEvent(String id) {
        return key(id, MAX_EVENT_LENGTH);
    }

    /** The key of a customer's id, or of a subscription's. */
    public static String ofCustomer(String id) {
        return key(id, MAX_CUSTOMER_LENGTH);
    }

    /** Whether a key is, or looks like, the hash of an id. */
    public static boolean isHash(String key) {
        return key.startsWith(HASHED);
    }

    private static String key(String id, int maxLength) {
        return id.length() <= maxLength && isPlain(id) ? id : HASHED + hash(id);
    }

    /** The name of a type or kind, cut to what is stored of it. */
    static String name(String name) {
        String cut = name.length() <= MAX_EVENT_LENGTH ? name : name.substring(0, MAX_EVENT_LENGTH);
        return isPlain(cut) ? cut : wellFormed(cut).replaceAll("\\p{Cntrl}", "?");
    }

    /** The text with U+FFFD in place of each half of a surrogate pair, which UTF-8 has no bytes for. */
    public static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return new String(text.codePoints()
                        .map(code -> code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE ? 0xFFFD : code)
                        .toArray(), 0, text.codePointCount(0, text.length()));
            }
        }
        return text;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c) || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** SHA-256 of a text in UTF-8, 64 hexadecimal digits. */
    public static String hash(String text) {
        try {
            byte[] bytes = wellFormed(text).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
