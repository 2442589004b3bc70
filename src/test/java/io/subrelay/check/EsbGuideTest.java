package io.subrelay.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.brokers.Guide;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route files of {@code docs/esb.md} without the components that they need. */
class EsbGuideTest {

    private static final Pattern MISSING = Pattern.compile("routes/.*:\\d+: there is no "
            + "(component (kafka|jms); put the jar files of org.apache.camel:camel-\\2:.*, and of what it depends on"
            + "|class org.apache.activemq.artemis.*; put the jar file that has it, and those that it depends on)"
            + ", into the folder ext/");

    @TempDir
    Path folder;

    @Test
    void checkSaysWhatIsMissingAndNothingElse() {
        Planted planted = new Planted(folder);
        Guide.files().forEach((file, text) -> {
            if (file.endsWith(".yaml")) {
                planted.write(file, text);
            }
        });
        planted.write("application.properties",
                Planted.read(folder.resolve("application.properties")) + Guide.settings());
        assertThat(planted.found()).filteredOn(fault -> !fault.contains(": note: "))
                .allMatch(fault -> MISSING.matcher(fault).matches())
                .anyMatch(Guide.text()::contains);
    }
}
