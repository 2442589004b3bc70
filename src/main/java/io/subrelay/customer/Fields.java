package io.subrelay.customer;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads optional fields of a webhook. One of the wrong type counts as absent: it must not cost the whole event. */
public final class Fields {

    private Fields() {
    }

    /** The text, or null where it is no text or a blank one. */
    public static String text(JsonNode event, String name) {
        return text(event.get(name));
    }

    static String text(JsonNode value) {
        return value != null && value.isTextual() && !value.textValue().isBlank() ? value.textValue() : null;
    }

    /** The number, also one that is given as text; null where it is no whole number or none that fits a long. */
    static Long number(JsonNode event, String name) {
        JsonNode value = event.get(name);
        return value == null ? null : Numbers.whole(value);
    }

    /** The texts of an array without blanks and repetitions, in their order; a text alone counts as an array of one. */
    static List<String> texts(JsonNode event, String name) {
        JsonNode values = event.get(name);
        if (values == null || !values.isArray() || values.isEmpty()) {
            String alone = text(values);
            return alone == null ? List.of() : List.of(alone);
        }
        Set<String> texts = new LinkedHashSet<>();
        for (JsonNode value : values) {
            String text = text(value);
            if (text != null) {
                texts.add(text);
            }
        }
        return new ArrayList<>(texts);
    }
}
