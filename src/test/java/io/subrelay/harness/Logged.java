package io.subrelay.harness;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What this process logs while this is open: {@code LEVEL message}. */
public final class Logged extends AbstractAppender implements AutoCloseable {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    public Logged() {
        super("logged", null, null, false, Property.EMPTY_ARRAY);
        start();
        root().addAppender(this);
    }

    private static Logger root() {
        return (Logger) LogManager.getRootLogger();
    }

    @Override
    public void append(LogEvent event) {
        lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
    }

    public List<String> lines() {
        return lines;
    }

    /** The lines that are about this destination. */
    public List<String> of(String destination) {
        return lines.stream().filter(line -> line.contains(" " + destination + ": ")).toList();
    }

    @Override
    public void close() {
        root().removeAppender(this);
        stop();
    }
}
