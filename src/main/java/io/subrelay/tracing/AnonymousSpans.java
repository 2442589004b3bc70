package io.subrelay.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.camel.telemetry.TagConstants;

/**
 * Sends spans without what may name a customer or hold a key: Camel puts addresses, the keys of messages, and the text
 * of logs and exceptions into them.
 */
final class AnonymousSpans implements SpanExporter {

    private static final Set<String> SENT = Set.of(TagConstants.OP, TagConstants.COMPONENT, TagConstants.ERROR,
            TagConstants.EXCHANGE_ID, TagConstants.URL_SCHEME, TagConstants.HTTP_METHOD, TagConstants.HTTP_STATUS,
            TagConstants.DB_SYSTEM, "subrelay.event_id", "subrelay.attempt_number");

    private final SpanExporter exporter;

    AnonymousSpans(SpanExporter exporter) {
        this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        return exporter.export(spans.stream().<SpanData>map(Anonymous::new).toList());
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    private static final class Anonymous extends DelegatingSpanData {

        private final Attributes attributes;

        Anonymous(SpanData span) {
            super(span);
            attributes = span.getAttributes().toBuilder().removeIf(key -> !SENT.contains(key.getKey())).build();
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public int getTotalAttributeCount() {
            return attributes.size();
        }

        @Override
        public List<EventData> getEvents() {
            return List.of();
        }

        @Override
        public int getTotalRecordedEvents() {
            return 0;
        }
    }
}
