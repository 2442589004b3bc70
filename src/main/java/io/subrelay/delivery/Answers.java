package io.subrelay.delivery;

import io.subrelay.delivery.Outcome.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExpressionEvaluationException;
import org.apache.camel.Message;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.util.ObjectHelper;
import org.apache.camel.util.TimeUtils;

/**
 * What a destination's answers mean. Unless a destination says otherwise: 408, 425, 429 and 5xx except 501, 505 and 511
 * may work later, as may no answer at all; 401 and 403 do not let us in; everything else is a refusal.
 */
public final class Answers {

    private static final Pattern RULE = Pattern.compile("(\\d{3}|[1-5]xx)(?:\\s+within\\s+(\\S+)|\\s+(.+))?");
    /** More than is kept in the end: secrets are masked in between, and one that is cut in two would not be found. */
    private static final int EXCERPT = 2_000;

    /**
     * One exception from the general meaning.
     *
     * @param status   its status, or the first digit of several
     * @param text     what the answer's body has to hold, in whatever case; null for anything
     * @param withinMs how young the event has to be, milliseconds; 0 for any age
     */
    private record Rule(Verdict verdict, int status, Pattern text, long withinMs) {

        boolean applies(int code, String body, long ageMs) {
            return (code == status || code / 100 == status) && (text == null || text.matcher(body).find()) && (withinMs == 0 || ageMs <= withinMs);
        }
    }

    private final List<Rule> rules = new ArrayList<>();
    private final Clock clock;
    private final boolean readsSuccesses;

    /**
     * Each list is comma separated: {@code 410}, {@code 4xx} (any that no other entry names), {@code 404 within 1m} (of
     * the event's acceptance), or {@code 400 Invalid API key} (a text of the answer; {@code 2xx <html}: a page in the
     * place of the API's answer).
     *
     * @throws IllegalArgumentException if an entry is none of these
     */
    Answers(String retry, String hold, String refuse, Clock clock) {
        this.clock = clock;
        add(Verdict.RETRY, retry);
        add(Verdict.HOLD, hold);
        add(Verdict.REFUSED, refuse);
        rules.sort(Comparator.comparing((Rule rule) -> rule.status() < 10).thenComparing(rule -> rule.text() == null));
        readsSuccesses = rules.stream().anyMatch(rule -> rule.status() == 2 || rule.status() / 100 == 2);
    }

    private void add(Verdict verdict, String list) {
        for (String entry : list == null ? new String[0] : list.split(",")) {
            Matcher matcher = RULE.matcher(entry.trim());
            if (!matcher.matches()) {
                throw new IllegalArgumentException("'" + entry.trim()
                        + "' is not an answer such as 410, 4xx, 404 within 1m or 400 Invalid API key");
            }
            long within = matcher.group(2) == null ? 0 : TimeUtils.toMilliSeconds(matcher.group(2));
            int status = Integer.parseInt(matcher.group(1).replace("xx", ""));
            Pattern text = matcher.group(3) == null ? null
                    : Pattern.compile(matcher.group(3), Pattern.LITERAL | Pattern.CASE_INSENSITIVE);
            rules.add(new Rule(verdict, status, text, within));
        }
    }

    /**
     * What a route that ended well came to: delivered, unless a rule speaks of an answer of 2xx with such a text.
     *
     * @param answer     what the last request of the route was answered
     * @param receivedAt when the event was accepted, milliseconds since the epoch
     */
    Outcome judge(Message answer, long receivedAt) {
        Integer code = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        int status = code == null ? 0 : code;
        if (readsSuccesses && status > 0) {
            String body = text(answer);
            Rule rule = rule(status, body, clock.millis() - receivedAt);
            if (rule != null) {
                return Outcome.failed(rule.verdict(), status, excerpt(body), 0);
            }
        }
        return Outcome.delivered(status);
    }

    /** Every answer is read: by way of bytes, as Camel's reader of text costs several times more. */
    private static String text(Message answer) {
        if (answer.getBody() instanceof String text) {
            return text;
        }
        byte[] bytes = answer.getBody(byte[].class);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** @param receivedAt when the event was accepted, milliseconds since the epoch */
    Outcome judge(Throwable failure, long receivedAt) {
        HttpOperationFailedException answer = httpAnswer(failure);
        if (answer == null && ObjectHelper.getException(ExpressionEvaluationException.class, failure) != null) {
            // a mapping that fails for an event fails for it every time
            return Outcome.failed(Verdict.REFUSED, 0, oneLine(failure), 0);
        }
        if (answer == null) {
            return Outcome.failed(Verdict.RETRY, 0, oneLine(failure), 0);
        }
        String body = answer.getResponseBody() == null ? "" : answer.getResponseBody();
        int status = answer.getStatusCode();
        return Outcome.failed(verdict(status, body, clock.millis() - receivedAt), status,
                excerpt(body), retryAfterMs(answer.getResponseHeaders()));
    }

    private Verdict verdict(int status, String body, long ageMs) {
        Rule rule = rule(status, body, ageMs);
        if (rule != null) {
            return rule.verdict();
        }
        return switch (status) {
            case 408, 425, 429 -> Verdict.RETRY;
            case 401, 403 -> Verdict.HOLD;
            case 501, 505, 511 -> Verdict.REFUSED;
            default -> status >= 500 ? Verdict.RETRY : Verdict.REFUSED;
        };
    }

    /** @return null if none speaks of such an answer */
    private Rule rule(int status, String body, long ageMs) {
        for (Rule rule : rules) {
            if (rule.applies(status, body, ageMs)) {
                return rule;
            }
        }
        return null;
    }

    /** The wait in seconds or until an HTTP date, in milliseconds; 0 where there is none that can be read. */
    private long retryAfterMs(Map<String, String> headers) {
        if (headers == null) {
            return 0;
        }
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if ("Retry-After".equalsIgnoreCase(header.getKey())) {
                return parseRetryAfter(header.getValue().trim());
            }
        }
        return 0;
    }

    private long parseRetryAfter(String value) {
        try {
            if (value.matches("\\d{1,9}")) {
                return Long.parseLong(value) * 1000;
            }
            ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Math.max(0, date.toInstant().toEpochMilli() - clock.millis());
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private static HttpOperationFailedException httpAnswer(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpOperationFailedException answer) {
                return answer;
            }
            if (cause.getCause() == cause) {
                return null;
            }
        }
        return null;
    }

    private static String excerpt(String body) {
        String line = body.strip().replaceAll("\\p{Cntrl}+", " ");
        if (line.length() <= EXCERPT) {
            return line;
        }
        // not in the middle of a character
        int end = Character.isHighSurrogate(line.charAt(EXCERPT - 1)) ? EXCERPT - 1 : EXCERPT;
        return line.substring(0, end) + "…";
    }

    private static String oneLine(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return excerpt(root.getClass().getSimpleName() + ": " + root.getMessage());
    }
}
