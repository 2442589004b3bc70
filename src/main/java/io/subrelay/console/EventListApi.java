package io.subrelay.console;

import io.subrelay.store.EventTimes;
import io.subrelay.webhook.Invalid;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;

/** Where in the log a list of events is, as the log is read from the newest on, and some of it at a time. */
public final class EventListApi {

    private static final int MOST = 200;
    /** How many events are looked at for those that a filter lets through: an answer comes soon however few match. */
    private static final int LOOKED_AT = 5_000;
    private static final Set<String> STATES =
            Set.of("pending", "retrying", "delivered", "skipped", "previewed", "dead");
    /** Those of which the database has lists of their own. */
    private static final Set<String> LISTED = Set.of("retrying", "dead");
    private static final List<String> FILTERS =
            List.of("limit", "after", "kind", "destination", "state", "environment", "since", "until");

    private final EventTimes times;

    public EventListApi(EventTimes times) {
        this.times = times;
    }

    /** Checks the parameters, and sets variables of the exchange for the query: from, to, states, listed. */
    public void prepare(Exchange exchange) {
        Map<String, Object> headers = exchange.getMessage().getHeaders();
        headers.values().removeIf(value -> value instanceof String text && text.isBlank());
        whole(exchange, "limit", 9, "limit accepts a whole number, such as 50");
        long after = whole(exchange, "after", 18, "after accepts the seq of an event, a whole number");
        long before = whole(exchange, "before", 18, "before accepts the seq of an event, a whole number");
        String state = text(exchange, "state");
        List<String> states = state == null ? List.of() : List.of(state.split(","));
        if (!STATES.containsAll(states)) {
            throw new Invalid("state accepts dead, retrying, pending, delivered, skipped or previewed");
        }
        String environment = text(exchange, "environment");
        if (environment != null && !environment.matches("PRODUCTION|SANDBOX")) {
            throw new Invalid("environment accepts PRODUCTION or SANDBOX");
        }
        long from = after;
        long since = Parameters.millis("since", text(exchange, "since"), 0);
        if (since > 0) {
            from = Math.max(from, times.before(since));
        }
        long to = before == 0 ? times.last() + 1 : before;
        long until = Parameters.millis("until", text(exchange, "until"), 0);
        if (until > 0) {
            to = Math.min(to, times.before(until) + 1);
        }
        boolean listed = !states.isEmpty() && LISTED.containsAll(states);
        boolean filtered = !states.isEmpty() || text(exchange, "kind") != null || environment != null
                || text(exchange, "destination") != null;
        exchange.setVariable("end", Math.max(from, times.first() - 1));
        if (filtered && !listed) {
            from = Math.max(from, to - 1 - LOOKED_AT);
        }
        exchange.setVariable("from", from);
        exchange.setVariable("to", to);
        exchange.setVariable("listed", listed);
        exchange.setVariable("states", states.isEmpty() ? null : "," + String.join(",", states) + ",");
        exchange.setVariable("inWebhook", environment == null ? null : "%\"environment\":\"" + environment + "\"%");
    }

    private static long whole(Exchange exchange, String name, int digits, String error) {
        return Parameters.whole(text(exchange, name), digits, 0, error);
    }

    private static String text(Exchange exchange, String name) {
        return exchange.getMessage().getHeader(name, String.class);
    }

    /**
     * Sets a variable that says where the list goes on, where it does: {@code next}, the address of its next part.
     *
     * @param exchange with the rows that were read
     */
    public void next(Exchange exchange) {
        List<Long> places = ((List<?>) exchange.getMessage().getBody()).stream()
                .map(row -> ((Number) ((Map<?, ?>) row).get("seq")).longValue()).distinct().sorted().toList();
        long from = exchange.getVariable("from", Long.class);
        boolean full = places.size() >= Math.min(MOST, whole(exchange, "limit", 9, ""));
        long next = full && !places.isEmpty() ? places.get(0) : from + 1;
        if (next > exchange.getVariable("end", Long.class) + 1) {
            String filters = FILTERS.stream().filter(name -> text(exchange, name) != null)
                    .map(name -> name + "=" + URLEncoder.encode(text(exchange, name), StandardCharsets.UTF_8) + "&")
                    .collect(Collectors.joining());
            exchange.setVariable("next", "/api/events?" + filters + "before=" + next);
        }
    }
}
