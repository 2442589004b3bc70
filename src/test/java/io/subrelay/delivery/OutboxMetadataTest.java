package io.subrelay.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Properties;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.junit.jupiter.api.Test;

/** What the build writes of the component, for Camel's catalog and editors such as Kaoto. */
class OutboxMetadataTest {

    private final CamelCatalog catalog = new DefaultCamelCatalog();

    OutboxMetadataTest() throws Exception {
        try (InputStream in = open("META-INF/io/subrelay/delivery/outbox.json")) {
            catalog.addComponent("outbox", OutboxComponent.class.getName(), new String(in.readAllBytes(), UTF_8));
        }
    }

    /** Of the project itself: other artifacts have files of the same name. */
    private static InputStream open(String file) throws Exception {
        URL classes = OutboxComponent.class.getProtectionDomain().getCodeSource().getLocation();
        return new URLClassLoader(new URL[] {classes}, null).getResourceAsStream(file);
    }

    @Test
    void the_catalog_knows_the_component() {
        ComponentModel outbox = catalog.componentModel("outbox");
        assertThat(outbox.getJavaType()).isEqualTo(OutboxComponent.class.getName());
        assertThat(outbox.getSyntax()).isEqualTo("outbox:name");
        assertThat(outbox.getEndpointOptions()).extracting(BaseOptionModel::getName)
                .contains("credentials", "batchSize", "batchBy", "reason");
        assertThat(outbox.getEndpointOptions()).allSatisfy(option -> assertThat(option.getDescription()).isNotBlank());
    }

    @Test
    void the_catalog_checks_its_options() {
        assertThat(catalog.validateEndpointProperties("outbox:crm?credentials=crm.key&batchSize=5&batchBy=environment")
                .isSuccess()).isTrue();
        EndpointValidationResult wrong = catalog.validateEndpointProperties(
                "outbox:crm?credentails=crm.key&batchSize=many&batchBy=store");
        assertThat(wrong.getUnknown()).containsExactly("credentails");
        assertThat(wrong.getInvalidInteger()).containsOnlyKeys("batchSize");
        assertThat(wrong.getInvalidEnum()).containsOnlyKeys("batchBy");
        assertThat(catalog.validateEndpointProperties("outbox:skip?batchSize=5", false, false, true)
                .getNotProducerOnly()).containsExactly("batchSize");
    }

    @Test
    void camel_sets_its_options_without_reflection() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.start();
            assertThat(camel.getCamelContextExtension().getEndpointUriFactory("outbox").propertyNames())
                    .contains("name", "credentials", "batchSize", "batchBy", "reason");
        }
    }

    @Test
    void tools_find_it_on_the_class_path() throws Exception {
        Properties listed = new Properties();
        try (InputStream in = open("META-INF/services/org/apache/camel/component.properties")) {
            listed.load(in);
        }
        assertThat(listed).containsEntry("components", "outbox").containsEntry("artifactId", "subrelay");
    }
}
