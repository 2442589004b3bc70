package io.subrelay.config;

import java.util.Locale;
import org.apache.camel.spi.PropertiesFunction;

/** The placeholder <code>{{lower:name}}</code>: the value of a property in lower case. */
public final class LowerCase implements PropertiesFunction {

    @Override
    public String getName() {
        return "lower";
    }

    @Override
    public boolean lookupFirst(String remainder) {
        return true;
    }

    @Override
    public String apply(String value) {
        return value.trim().toLowerCase(Locale.ROOT);
    }
}
