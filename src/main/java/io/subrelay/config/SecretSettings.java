package io.subrelay.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of the settings must never be shown: the values of those whose names say so, and what addresses hold. */
final class SecretSettings {

    private static final Predicate<String> NAMES = Pattern.compile(
            "(?i).*(key|secret|password|passcode|token|authorization|credential|webhook-url)s?").asMatchPredicate();
    private static final Predicate<String> ADDRESSES =
            Pattern.compile("(?i).*\\b(url|uri)(\\..*)?").asMatchPredicate();
    /** Shorter values are part of too much else. */
    private static final int MIN_LENGTH = 4;
    private static final Pattern USER_INFO = Pattern.compile("//([^/?#]*)@");
    /** What of a web address is not its host: whatever host it is sent to. */
    private static final Pattern PATH = Pattern.compile("https?://[^/?#]+(/.{4,})");
    private static final Pattern PARAMETER = Pattern.compile("[?&;]([^=&;]+)=([^&;#]+)");

    /** The longest first: another one may be a part of it. */
    final Set<String> values = new TreeSet<>(
            Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));

    static boolean isSecret(String name) {
        return NAMES.test(name) || ADDRESSES.test(name);
    }

    void add(String name, String value) {
        if (ADDRESSES.test(name) || value.contains("://")) {
            addAddress(value);
        }
        if (NAMES.test(name)) {
            addSecret(value);
        }
    }

    private void addSecret(String value) {
        addValue(value);
        for (String each : value.split(",")) {
            String one = each.strip();
            addValue(one);
            addValue(one.replaceFirst("^whsec_", ""));
            // of an Authorization value, that which is not its scheme
            String credentials = one.replaceFirst("^\\S+\\s+", "");
            addValue(credentials);
            if (one.regionMatches(true, 0, "basic ", 0, 6)) {
                addPassword(decoded(credentials));
            }
        }
    }

    private void addAddress(String address) {
        Matcher user = USER_INFO.matcher(address);
        if (user.find()) {
            addValue(user.group(1));
            addPassword(user.group(1));
        }
        Matcher parameter = PARAMETER.matcher(address);
        while (parameter.find()) {
            if (!address.startsWith("jdbc:") || NAMES.test(parameter.group(1))) {
                addValue(parameter.group(2));
                addValue(unescaped(parameter.group(2)));
            }
        }
        Matcher path = PATH.matcher(address);
        if (path.matches()) {
            addValue(path.group(1));
            addValue(path.group(1).replaceFirst("/*(\\?.*)?$", ""));
        }
    }

    private void addPassword(String userAndPassword) {
        int colon = userAndPassword.indexOf(':');
        if (colon >= 0) {
            addValue(userAndPassword.substring(colon + 1));
            addValue(unescaped(userAndPassword.substring(colon + 1)));
        }
    }

    private void addValue(String value) {
        if (value.length() >= MIN_LENGTH) {
            values.add(value);
        }
    }

    private static String unescaped(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
