package io.subrelay.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.subrelay.customer.Gap;
import io.subrelay.store.CustomerRecords;
import io.subrelay.webhook.Invalid;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where events were missed, as far as those that came tell. Found by looking at each customer. */
public final class GapsApi {

    private static final Logger LOG = LoggerFactory.getLogger(GapsApi.class);
    private static final int PAGE = 200;
    /** How many customers one call looks at, so that it takes no longer than a second or two. */
    private static final int MAX_CUSTOMERS = 20_000;
    private static final int MAX_GAPS = 1_000;
    private static final long PAUSE_MS = 50;

    private final CustomerRecords records;
    /** As of the last count; nothing before the first one. */
    private volatile Map<Gap.Missed, Long> counts = Map.of();

    public GapsApi(CustomerRecords records, MeterRegistry meters) {
        this.records = records;
        for (Gap.Missed missed : Gap.Missed.values()) {
            Gauge.builder("subrelay.gaps", this, it -> it.counts.getOrDefault(missed, 0L))
                    .description("Events that must have been missed, as of the last hourly count")
                    .tag("missed", missed.text()).register(meters);
        }
    }

    /**
     * Some of the gaps.
     *
     * @param  after the {@code next} of the answer before; 0 or blank to begin
     * @return       {@code gaps}, and where the {@code next} ones are; null if these are the last ones
     */
    public String list(@Header("after") String after) {
        long next = number(after);
        long now = System.currentTimeMillis();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode gaps = answer.putArray("gaps");
        for (int looked = 0; looked < MAX_CUSTOMERS && gaps.size() < MAX_GAPS; looked += PAGE) {
            CustomerRecords.Missed missed = records.missed(next, PAGE, now);
            missed.gaps().forEach(gap -> gaps.addObject().put("app_user_id", gap.appUserId())
                    .put("environment", gap.environment().name()).put("subscription_key", gap.subscription())
                    .put("product_id", gap.product()).put("missed", gap.missed().text())
                    .put("since_ms", gap.sinceMs()));
            next = missed.next();
            if (next == 0) {
                break;
            }
        }
        return answer.put("next", next == 0 ? null : (Long) next).toString();
    }

    private static long number(String after) {
        if (after == null || after.isBlank()) {
            return 0;
        }
        if (!after.matches("\\d{1,18}")) {
            throw new Invalid("after accepts the next of the answer before, a whole number");
        }
        return Long.parseLong(after);
    }

    /** Counts all gaps for the metrics, in no hurry. */
    public void count() {
        Map<Gap.Missed, Long> counted = new EnumMap<>(Gap.Missed.class);
        try {
            long next = 0;
            do {
                CustomerRecords.Missed missed = records.missed(next, PAGE, System.currentTimeMillis());
                missed.gaps().forEach(gap -> counted.merge(gap.missed(), 1L, Long::sum));
                next = missed.next();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            } while (next != 0);
            counts = counted;
        } catch (RuntimeException e) {
            LOG.warn("Gaps could not be counted: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
