package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What the build makes of the component's annotations. */
class OutboxMetadataTest {

    private static final Set<String> OPTIONS = Set.of("name", "credentials", "batchSize", "batchBy", "reason");

    @Test
    void camelKnowsTheOptions() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.start();
            assertThat(camel.getCamelContextExtension().getEndpointUriFactory("outbox").propertyNames())
                    .containsAll(OPTIONS);
        }
    }

    @Test
    void itsCatalogEntryDescribesThem() throws Exception {
        JsonNode entry = new ObjectMapper().readTree(
                getClass().getResource("/META-INF/io/subrelay/delivery/outbox.json"));
        assertThat(entry.path("component").path("scheme").asText()).isEqualTo("outbox");
        for (String option : OPTIONS) {
            assertThat(entry.path("properties").path(option).path("description").asText()).as(option).isNotBlank();
        }
        assertThat(entry.path("properties").path("batchSize").path("type").asText()).isEqualTo("integer");
    }
}
