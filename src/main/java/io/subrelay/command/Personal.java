package io.subrelay.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.subrelay.event.EnrichedEvent;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Masks what may be personal in the requests of an event, as the console does: of texts only those under names that are
 * known to be harmless are shown, and of these nothing that is personal in the event.
 */
final class Personal {

    static final String MASK = "***";
    /** Those of the console's {@code personal.js}. */
    static final Pattern HARMLESS = Pattern.compile("type|kind|event|event_type|event_name|eventName|last_event_type"
            + "|api_version|environment|store|product_id|productId|new_product_id|product_identifier"
            + "|presented_offering_id|period_type|currency|cancel_reason|cancellation_reason|expiration_reason"
            + "|entitlement|entitlements|entitlement_ids|entitlement_id|active_entitlements|rc_active_entitlements"
            + "|active_subscription|subscription_status|rc_subscription_status|timestamp|platform|partner_id|library"
            + "|name|version|method|Content-Type|decision|reason|status|app_id|country_code|offer_code|tax_percentage"
            + "|renewal_number|.*_at|.*_ms");
    private static final Pattern PERSONS = Pattern.compile("subscriber_attributes|attributes");
    /** In place of the name: the address of a request. */
    private static final String ADDRESS = " url";
    private static final Pattern EMAIL = Pattern.compile("[^\\s\"'<>]+@[^\\s\"'<>]+");
    /** Part of an address that is neither an id nor a hash. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z_.:-]{0,32}|v?\\d{1,2}");

    /** The longest first: another one may be a part of it. */
    private final Set<String> hidden = new TreeSet<>(
            Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));

    Personal(EnrichedEvent event) {
        Set<String> harmless = new HashSet<>();
        find("", event.body(), false, harmless);
        hidden.removeAll(harmless);
    }

    private void find(String name, JsonNode json, boolean persons, Set<String> harmless) {
        json.properties().forEach(member -> find(member.getKey(), member.getValue(),
                persons || isPersons(member.getKey()), harmless));
        if (json.isArray()) {
            json.forEach(each -> find(name, each, persons, harmless));
        } else if (json.isValueNode()) {
            (isHarmless(name, json, persons) ? harmless : hidden).add(json.asText());
        }
    }

    private static boolean isHarmless(String name, JsonNode value, boolean persons) {
        return value.isNull() || value.asText().isEmpty()
                || !persons && (!value.isTextual() || HARMLESS.matcher(name).matches());
    }

    /** Whether all that is in a member of this name is a person's. */
    static boolean isPersons(String name) {
        return PERSONS.matcher(name).matches();
    }

    /** By what a member of an object is judged; a request is the object without a name. */
    static String member(String object, String name) {
        return object.isEmpty() && name.equals("url") ? ADDRESS : name;
    }

    /**
     * @param name    of the member that the value is of, see {@link #member}
     * @param persons whether it is in one whose all is a person's
     */
    JsonNode mask(String name, JsonNode value, boolean persons) {
        if (value instanceof ObjectNode object) {
            ObjectNode masked = object.objectNode();
            object.properties().forEach(member -> masked.set(name(member.getKey()),
                    mask(member(name, member.getKey()),
                            member.getValue(), persons || isPersons(member.getKey()))));
            return masked;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode masked = array.arrayNode();
            array.forEach(each -> masked.add(mask(name, each, persons)));
            return masked;
        }
        if (name.equals(ADDRESS)) {
            return TextNode.valueOf(address(value.asText()));
        }
        if (!isHarmless(name, value, persons)) {
            return TextNode.valueOf(MASK);
        }
        if (value.isTextual()) {
            return TextNode.valueOf(text(value.asText()));
        }
        // an id or a telephone number made a number; 1 and 30 are in every event
        boolean longNumber = value.isNumber() && value.asText().length() > 4;
        return longNumber && hidden.contains(value.asText()) ? TextNode.valueOf(MASK) : value;
    }

    /** The name of a member, which may be somebody's id. */
    String name(String name) {
        return hidden.contains(name) ? MASK : EMAIL.matcher(name).replaceAll(MASK);
    }

    private String text(String text) {
        String masked = text;
        for (String each : hidden) {
            masked = each.length() > 2 ? masked.replace(each, MASK) : masked;
        }
        return EMAIL.matcher(masked).replaceAll(MASK);
    }

    private String address(String url) {
        String[] parts = url.split("\\?", 2);
        int path = parts[0].indexOf('/', parts[0].indexOf("://") + 3);
        String masked = path < 0 ? parts[0] : parts[0].substring(0, path) + Stream.of(parts[0].substring(path)
                .split("/", -1)).map(this::segment).collect(Collectors.joining("/"));
        return parts.length == 1 ? masked : masked + "?" + parts[1].replaceAll("=[^&]*", "=" + MASK);
    }

    private String segment(String segment) {
        return WORD.matcher(segment).matches() && !hidden.contains(segment) ? text(segment) : MASK;
    }
}
