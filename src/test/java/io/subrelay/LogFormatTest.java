package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.harness.Api;
import java.net.URI;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

/** How the runner's log4j2.xml writes an entry. */
class LogFormatTest {

    private static final LogEvent ENTRY = Log4jLogEvent.newBuilder().setLoggerName("io.subrelay.Subrelay")
            .setLevel(Level.WARN).setThreadName("main").setMessage(new SimpleMessage("two\nlines"))
            .setThrown(new IllegalStateException("why")).build();

    @Test
    void isOneLineOfTextUnlessItIsSetToBeJson() throws Exception {
        assertThat(written("text")).matches("\\S+Z WARN  \\[main] i.s.Subrelay - two lines .*why.*\n");

        String json = written("json");
        assertThat(json).containsOnlyOnce("\n").endsWith("}\n");
        JsonNode entry = Api.json(json);
        assertThat(entry.path("message").asText()).isEqualTo("two\nlines");
        assertThat(entry.path("log.level").asText()).isEqualTo("WARN");
        assertThat(entry.path("@timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(entry.path("error.message").asText()).isEqualTo("why");
        assertThat(json).doesNotContain("LogFormatTest");
    }

    private static String written(String format) throws Exception {
        System.setProperty("log.format", format);
        try (LoggerContext context = new LoggerContext(format, null,
                URI.create(LogFormatTest.class.getResource("/log4j2.xml").toString()))) {
            context.start();
            return context.getConfiguration().getAppender("console").getLayout().toSerializable(ENTRY).toString();
        } finally {
            System.clearProperty("log.format");
        }
    }
}
