package io.subrelay.customer;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A subscriber attribute.
 *
 * @param value     null once it was removed: kept, so that an older value that arrives late does not bring it back
 * @param updatedAt when it was set or removed, milliseconds since the epoch
 */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"value", "updatedAt"})
record Attribute(String value, long updatedAt) {

    /**
     * @param attribute the webhook's {@code {value, updated_at_ms}}; a bare value will do
     * @param eventAt   counts where the attribute does not say when it was set
     * @return          null if there is no telling what the value is
     */
    static Attribute of(JsonNode attribute, long eventAt) {
        JsonNode value = attribute;
        Long updatedAt = null;
        if (attribute.isObject()) {
            value = attribute.path("value");
            updatedAt = Fields.number(attribute, "updated_at_ms");
        }
        if (value.isContainerNode()) {
            return null;
        }
        String text = value.isNull() || value.isMissingNode() ? "" : value.asText();
        return new Attribute(text.isEmpty() ? null : text, updatedAt == null ? eventAt : updatedAt);
    }

    /** The newer one; of two of one moment always the same, a value rather than none. */
    static Attribute newer(Attribute one, Attribute other) {
        if (one.updatedAt != other.updatedAt) {
            return one.updatedAt > other.updatedAt ? one : other;
        }
        if (one.value == null || other.value == null) {
            return one.value == null ? other : one;
        }
        return one.value.compareTo(other.value) >= 0 ? one : other;
    }
}
