package io.subrelay.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where what a destination would be sent differs from what an example expects. What an example does not name of a
 * request is not compared, nor are headers that it does not name. A {@code body} is compared whole; {@code has} names
 * only the members of the body that matter. {@code "<any>"} stands for any value that is there, {@code "<none>"} for a
 * member that is not.
 */
final class Difference {

    private static final String ANY = "<any>";
    private static final String NONE = "<none>";

    private final List<String> differences = new ArrayList<>();

    private Difference() {
    }

    /**
     * @param expected {@code requests}, {@code skip} or {@code refuse}
     * @param preview  the decision of a route, with the requests or the reason
     * @return         one line for each difference; empty if there is none
     */
    static List<String> of(JsonNode expected, JsonNode preview) {
        Difference difference = new Difference();
        String decision = preview.path("decision").asText();
        String wanted = expected.has("requests") ? "send" : expected.fieldNames().next();
        if (!wanted.equals(decision)) {
            difference.add("", wanted.equals("send") ? "to be sent" : wanted + ": " + expected.path(wanted).asText(),
                    decision.equals("send") ? "sent: " + shown(preview.path("requests"))
                            : decision + ": " + preview.path("reason").asText());
        } else if (wanted.equals("send")) {
            difference.requests(expected.path("requests"), preview.path("requests"));
        } else {
            difference.value(wanted, expected.path(wanted), preview.path("reason"), true);
        }
        return difference.differences;
    }

    private void requests(JsonNode expected, JsonNode actual) {
        if (expected.size() != actual.size()) {
            add("requests", expected.size() + " requests", actual.size() + ": " + shown(actual));
            return;
        }
        for (int i = 0; i < expected.size(); i++) {
            request("requests[" + i + "]", expected.get(i), actual.get(i));
        }
    }

    private void request(String at, JsonNode expected, JsonNode actual) {
        if (expected.has("method")) {
            value(at + ".method", expected.get("method"), actual.path("method"), true);
        }
        if (expected.has("path")) {
            value(at + ".path", expected.get("path"), TextNode.valueOf(pathOf(actual.path("url").asText())), true);
        }
        for (Map.Entry<String, JsonNode> header : expected.path("headers").properties()) {
            value(at + ".headers." + header.getKey(), header.getValue(),
                    header(actual.path("headers"), header.getKey()), true);
        }
        if (expected.has("body")) {
            value(at + ".body", expected.get("body"), actual.path("body"), true);
        }
        if (expected.has("has")) {
            value(at + ".body", expected.get("has"), actual.path("body"), false);
        }
    }

    /** Path and query of a web address; any other address as it is. */
    private static String pathOf(String url) {
        if (!url.matches("(?i)https?:.*")) {
            return url;
        }
        String path = url.replaceFirst("(?i)https?://[^/?#]*", "").replaceFirst("#.*", "");
        return path.startsWith("/") ? path : "/" + path;
    }

    private static JsonNode header(JsonNode headers, String name) {
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            if (header.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                return header.getValue();
            }
        }
        return MissingNode.getInstance();
    }

    /** @param whole whether members that are not expected are differences */
    private void value(String at, JsonNode expected, JsonNode actual, boolean whole) {
        if (expected.isTextual() && expected.textValue().equals(actual.isMissingNode() ? NONE : ANY)) {
            return;
        }
        if (expected.isObject() && actual.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            expected.fieldNames().forEachRemaining(names::add);
            if (whole) {
                actual.fieldNames().forEachRemaining(names::add);
            }
            for (String name : names) {
                value(at + member(name), expected.path(name), actual.path(name), whole);
            }
        } else if (expected.isArray() && actual.isArray()) {
            for (int i = 0; i < Math.max(expected.size(), actual.size()); i++) {
                value(at + "[" + i + "]", expected.path(i), actual.path(i), whole);
            }
        } else if (expected.isNumber() && actual.isNumber()) {
            if (expected.decimalValue().compareTo(actual.decimalValue()) != 0) {
                add(at, shown(expected), shown(actual));
            }
        } else if (!expected.equals(actual)) {
            add(at, shown(expected), shown(actual));
        }
    }

    private static String member(String name) {
        return name.matches("[A-Za-z_$][\\w$]*") ? "." + name : "[\"" + name + "\"]";
    }

    private void add(String at, String expected, String actual) {
        differences.add((at.isEmpty() ? "" : at + ": ") + "expected " + expected + ", but it is " + actual);
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "nothing" : value.toString();
    }
}
