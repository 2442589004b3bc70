package io.subrelay.command;

import io.subrelay.config.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that has ended, and what it printed. */
public record Ended(int status, String out, String err) {

    /** Runs one in a folder with these settings. */
    public static Ended of(Path folder, Map<String, String> settings, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Commands.of(CommandSpec.create(), folder, () -> settings(settings));
        int status = line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
        return new Ended(status, out.toString(), err.toString());
    }

    static Settings settings(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getPropertiesComponent().setInitialProperties(properties);
        return new Settings(camel.getPropertiesComponent());
    }
}
