package io.subrelay.imports;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.customer.EventIds;
import io.subrelay.delivery.Outbox;
import io.subrelay.event.EnrichedEvent;
import io.subrelay.event.Event;
import io.subrelay.event.Kind;
import io.subrelay.store.CustomerRecords;
import io.subrelay.store.EventPreview;
import io.subrelay.webhook.Flag;
import io.subrelay.webhook.Rejected;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Takes in what was there before: customers as RevenueCat's REST API tells them, and webhooks that were kept. */
public final class ImportApi {

    /** All are stored in one transaction, which webhooks wait for. */
    private static final int MAX_LINES = 1_000;

    private final ImportReader reader = new ImportReader();
    private final CustomerRecords records;
    private final EventPreview previews;
    private final Outbox outbox;

    public ImportApi(CustomerRecords records, EventPreview previews, Outbox outbox) {
        this.records = records;
        this.previews = previews;
        this.outbox = outbox;
    }

    /**
     * Stores lines that can be read, and says which cannot. No event is delivered because of it; the same lines again
     * change nothing.
     *
     * @param  body    one JSON object a line, up to 1,000 lines
     * @param  dryRun  {@code true} only tells what would be done
     * @param  correct {@code true} tells destinations how a customer stands who turns out to stand differently
     * @return        how many lines were read, told of somebody {@code new}, {@code updated} somebody or left all
     *                {@code unchanged}; those that were {@code refused}, with the reason; and how many of the
     *                customers have which status
     * @throws Rejected with status 413 if there are more lines; with status 503 if they cannot be stored now, though
     *                  some of them may be
     */
    public String take(@Body byte[] body, @Header("dry-run") String dryRun, @Header("correct") String correct)
            throws SQLException, InterruptedException {
        boolean dry = Flag.of("dry-run", dryRun);
        boolean corrected = Flag.of("correct", correct);
        ArrayNode refused = JsonNodeFactory.instance.arrayNode();
        List<Event> read = new ArrayList<>();
        int count = read(body == null ? new byte[0] : body, read, refused);
        Set<String> ids = new HashSet<>();
        read.forEach(each -> ids.addAll(EventIds.all(each)));
        Set<String> known = records.known(ids);
        List<EnrichedEvent> stored = dry ? previewed(read) : outbox.remember(read, corrected);
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("read", count);
        int[] counts = new int[3];
        ObjectNode statuses = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < read.size(); i++) {
            Event event = read.get(i);
            EnrichedEvent each = stored.get(i);
            Set<String> named = EventIds.all(event);
            counts[each == null ? 2 : named.stream().noneMatch(known::contains) ? 0 : 1]++;
            known.addAll(named);
            if (each != null && event.kind().equals(Kind.CUSTOMER_IMPORTED)) {
                String status = each.customerThen().path("subscription_status").asText("none");
                statuses.put(status, statuses.path(status).asInt() + 1);
            }
        }
        report.put("new", counts[0]).put("updated", counts[1]).put("unchanged", counts[2]);
        report.set("refused", refused);
        report.set("statuses", statuses);
        return report.toString();
    }

    /** @return how many lines there are that are not blank */
    private int read(byte[] body, List<Event> read, ArrayNode refused) {
        // bytes as they are
        String[] lines = new String(body, StandardCharsets.ISO_8859_1).split("\n");
        if (lines.length > MAX_LINES) {
            throw new Rejected(413, "too large", "these are more than 1,000 lines, send fewer at a time");
        }
        int count = 0;
        for (int i = 0; i < lines.length; i++) {
            if (!lines[i].isBlank()) {
                count++;
                try {
                    read.add(reader.read(lines[i].getBytes(StandardCharsets.ISO_8859_1)));
                } catch (Rejected e) {
                    refused.addObject().put("line", i + 1).put("reason", e.getMessage());
                }
            }
        }
        return count;
    }

    private List<EnrichedEvent> previewed(List<Event> read) throws SQLException {
        List<EnrichedEvent> previewed = new ArrayList<>(read.size());
        for (Event each : read) {
            boolean isStored = previews.stored(each.id()).isPresent();
            previewed.add(isStored ? null : previews.enrich(each, System.currentTimeMillis()));
        }
        return previewed;
    }
}
