package io.subrelay.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.IOHelper;
import org.apache.camel.util.TimeUtils;

/**
 * The settings of this runner, read through Camel's properties: an environment variable wins over {@code -D}, that over
 * {@code application.properties}, that over the default.
 */
public final class Settings {

    private static final List<String> MODES = List.of("live", "preview", "off");
    private static final List<String> ON_OR_OFF = List.of("on", "off");
    private static final List<String> YES_OR_NO = List.of("true", "false");
    private static final List<String> REVENUE = List.of("gross", "after-commission", "after-commission-and-taxes");

    /** What settings look like where the vendor answers 200 whatever they are. */
    private record Shape(String names, String values, String accepts) {
    }

    private static final List<Shape> SHAPES = List.of(
            new Shape("appsflyer\\.ios\\.app-id", "id\\d+", "id and the digits of the Apple ID, such as id123456789"),
            new Shape("firebase\\.ios\\.app-id", "1:\\d+:ios:[0-9a-f]+", "a Firebase app id such as 1:123:ios:0a1b2c"),
            new Shape("firebase\\.android\\.app-id", "1:\\d+:android:[0-9a-f]+",
                    "a Firebase app id such as 1:123:android:0a1b2c"),
            new Shape("firebase\\.event-name\\..+", "[A-Za-z]\\w{0,39}",
                    "up to 40 letters, digits and _, the first a letter"),
            new Shape("singular\\.event-name\\..+", "[ -~]{1,32}", "up to 32 ASCII characters"),
            new Shape("firebase\\.currency", "(?i)USD|purchased", "one of USD, purchased"));

    /** Addresses of destinations: {@code database.url} is another kind, and {@code url.eu} a part of one. */
    private static final String URLS = "(?!database\\.)[^.]+\\.url";

    /** Where a runner finds them, as Camel names it. */
    public static final String LOCATIONS = "file:application.properties;optional=true,"
            + "classpath:io/subrelay/defaults.properties,classpath:io/subrelay/destinations.properties";

    private final PropertiesComponent properties;

    /** Those of the runner that is started in this folder. */
    public static Settings ofRunner() {
        var properties = new DefaultCamelContext().getPropertiesComponent();
        properties.setEncoding("UTF-8");
        properties.setLocation(LOCATIONS);
        return new Settings(properties).normalized();
    }

    public Settings(org.apache.camel.spi.PropertiesComponent properties) {
        this.properties = (PropertiesComponent) properties;
    }

    /** The value without surrounding blanks; empty, never null, where it is blank or not set. */
    public String get(String name) {
        return properties.resolveProperty(name).map(String::trim).orElse("");
    }

    public boolean isSet(String name) {
        return !get(name).isEmpty();
    }

    /** @throws InvalidSetting if it is not a whole number from {@code min} to {@code max} */
    public int number(String name, int min, int max) {
        try {
            int value = Integer.parseInt(get(name));
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, with what is accepted
        }
        throw invalid(name, get(name), "a whole number from " + min + " to " + max);
    }

    /** The port of {@code server} or {@code management}; 0 for any that is free. */
    public int port(String server) {
        return number(server + ".port", 0, 65_535);
    }

    /** A positive duration with its unit, such as {@code 500ms} or {@code 7d}; empty for any other text. */
    public static Optional<Duration> durationOf(String text) {
        try {
            long millis = TimeUtils.toMilliSeconds(text);
            return millis > 0 && !text.matches("\\d+") ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * A number without a unit would be one of milliseconds to Camel, of days or seconds to whoever set it.
     *
     * @throws InvalidSetting if it is not a positive duration such as {@code 500ms}, {@code 30s} or {@code 1h}
     */
    public Duration duration(String name) {
        return durationOf(get(name)).orElseThrow(
                () -> invalid(name, get(name), "a duration with its unit, such as 500ms, 30s, 5m or 72h"));
    }

    /**
     * @return which of {@code accepted} it is, in whatever case
     * @throws InvalidSetting if it is not one of them
     */
    public String oneOf(String name, List<String> accepted) {
        String value = get(name);
        return accepted.stream().filter(value::equalsIgnoreCase).findFirst()
                .orElseThrow(() -> invalid(name, value, "one of " + String.join(", ", accepted)));
    }

    /**
     * The mode of a destination: {@code live}, {@code preview} or {@code off}.
     *
     * @param  credentials settings without which it cannot be live, {@code a|b} for one of two; where one is blank and
     *                     no mode is set, it previews
     * @throws InvalidSetting if the mode is none of these, or live without its credentials
     */
    public String mode(String destination, List<String> credentials) {
        List<String> missing = credentials.stream().filter(name -> !isAnySet(name)).toList();
        String name = destination + ".mode";
        if (!isSet(name)) {
            return missing.isEmpty() ? "live" : "preview";
        }
        String mode = oneOf(name, MODES);
        if (mode.equals("live") && !missing.isEmpty()) {
            throw invalid(name, mode,
                    "preview or off until " + String.join(" and ", missing).replace("|", " or ") + " is set");
        }
        return mode;
    }

    private boolean isAnySet(String names) {
        return Arrays.stream(names.split("\\|")).anyMatch(this::isSet);
    }

    /** Whether a destination whose route takes a {@code customer_update} is to get it. */
    public boolean customerUpdates(String destination) {
        String name = destination + ".customer-updates";
        return !isSet(name) || oneOf(name, ON_OR_OFF).equals("on");
    }

    /** Makes values that mean the same the same: for routes and mappings, which compare them as text. */
    public Settings normalized() {
        takeEnvironment();
        named(".*\\.(region|api|revenue|(last-)?event-type|customer-updates|merge|send-[a-z-]+)")
                .forEach(name -> properties.addOverrideProperty(name, get(name).toLowerCase(Locale.ROOT)));
        // no path follows a host's slash that does not bring its own
        named(URLS).stream().filter(name -> get(name).matches("https?://[^/?#]+/+"))
                .forEach(name -> properties.addOverrideProperty(name, get(name).replaceFirst("/+$", "")));
        return this;
    }

    /** Camel asks the environment before what overrides its properties: a value of that could not be made the same. */
    private void takeEnvironment() {
        if (properties.getEnvironmentVariableMode() == PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_OVERRIDE) {
            for (String name : named(".*")) {
                String variable = IOHelper.lookupEnvironmentVariable(name);
                String value = variable == null ? System.getProperty(name) : variable;
                if (value != null) {
                    properties.addOverrideProperty(name, value);
                }
            }
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
            properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_FALLBACK);
        }
    }

    /** Each setting that cannot work. */
    public List<InvalidSetting> faults() {
        List<Runnable> checks = new ArrayList<>(List.of(
                () -> port("server"),
                () -> port("management"),
                () -> oneOf("log.format", List.of("text", "json")),
                () -> checkYesOrNo("camel.opentelemetry2.enabled"),
                () -> number("server.worker-threads", 1, 1000),
                () -> number("server.max-body-size", 1024, 64 << 20),
                () -> number("server.max-connections", 10, 100_000),
                () -> duration("server.head-timeout"),
                () -> duration("server.body-timeout"),
                () -> number("delivery.concurrency", 1, 1000),
                () -> number("delivery.in-memory", 10, 1_000_000),
                () -> number("delivery.backfill-rate", 1, 10_000),
                () -> duration("delivery.redelivery-delay"),
                () -> duration("delivery.maximum-redelivery-delay"),
                () -> duration("delivery.give-up-after"),
                () -> duration("delivery.request-timeout"),
                () -> number("delivery.max-answer-size", 1024, 16 << 20),
                () -> duration("retention.delivered"),
                () -> duration("retention.erased"),
                () -> number("revenuecat.requests-per-minute", 1, 1_000_000),
                this::backoffMultiplier,
                this::checkDatabase,
                () -> oneOf("statsig.event-type", List.of("webhook", "rc")),
                this::checkAdmin,
                this::checkExposure,
                () -> checkHost("management.host")));
        // of whatever destination: those with such names mean the same everywhere
        named(".*\\.last-event-type").forEach(name -> checks.add(() -> oneOf(name, List.of("lower", "upper"))));
        named(".*\\.(region|api)").forEach(name -> checks.add(() -> checkRegion(name)));
        named(".*\\.revenue").forEach(name -> checks.add(() -> oneOf(name, REVENUE)));
        named(".*\\.send-[a-z-]+").forEach(name -> checks.add(() -> checkYesOrNo(name)));
        named(".*\\.(customer-updates|merge)").forEach(name -> checks.add(() -> oneOf(name, ON_OR_OFF)));
        named(URLS).forEach(name -> checks.add(() -> checkUrl(name)));
        SHAPES.forEach(shape -> named(shape.names()).forEach(name -> checks.add(() -> checkShape(name, shape))));
        List<InvalidSetting> faults = new ArrayList<>();
        for (Runnable check : checks) {
            try {
                check.run();
            } catch (InvalidSetting fault) {
                faults.add(fault);
            }
        }
        return faults;
    }

    /** In lower case only: routes compare it. */
    private void checkYesOrNo(String name) {
        if (!YES_OR_NO.contains(get(name))) {
            throw invalid(name, get(name), "one of " + String.join(", ", YES_OR_NO));
        }
    }

    private void checkShape(String name, Shape shape) {
        if (isSet(name) && !get(name).matches(shape.values())) {
            throw invalid(name, get(name), shape.accepts());
        }
    }

    private void checkDatabase() {
        String url = get("database.url");
        if (!url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:postgresql:")) {
            throw invalid("database.url", url.replaceFirst("^(\\w+:\\w+:).*", "$1…"),
                    "a jdbc:h2: or jdbc:postgresql: address");
        }
        if (url.matches("jdbc:postgresql://[^/?]*@.*")) {
            throw invalid("database.url", url, "an address without user and password,"
                    + " which are set as database.username and database.password");
        }
    }

    /** One that depends on a region has no value where that is wrong, which is told of the region. */
    private void checkUrl(String name) {
        String url = get(name);
        if (url.isEmpty() && !named(Pattern.quote(name) + "\\..+").isEmpty()) {
            return;
        }
        if (!url.matches("(?i)https?://[^\\s/?#]+([/?#]\\S*)?")) {
            throw invalid(name, url.contains("@") ? "" : url, "an address such as https://host or http://host:8080");
        }
    }

    /** @throws InvalidSetting if a path cannot follow this address */
    public void checkBeforePath(String name) {
        String url = get(name);
        if (url.matches(".*[?#].*") || url.endsWith("/")) {
            throw invalid(name, url.replaceFirst("([?#]).*", "$1…"),
                    "an address that a path can follow: without a query, and without / at its end");
        }
    }

    /** A region, or one of a vendor's APIs, is one that the destination has an address for. */
    private void checkRegion(String name) {
        String url = name.replaceFirst("(region|api)$", "url.");
        List<String> known = named(Pattern.quote(url) + ".+").stream()
                .map(address -> address.substring(url.length())).toList();
        if (!known.isEmpty()) {
            oneOf(name, known);
        }
    }

    /** The names of the settings that match, in order. */
    private List<String> named(String pattern) {
        return properties.loadProperties(name -> name.matches(pattern)).stringPropertyNames().stream().sorted()
                .toList();
    }

    /** How many times longer each redelivery waits than the one before. */
    public double backoffMultiplier() {
        try {
            double value = Double.parseDouble(get("delivery.backoff-multiplier"));
            if (value >= 1 && value <= 100) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, with what is accepted
        }
        throw invalid(
                "delivery.backoff-multiplier", get("delivery.backoff-multiplier"), "a number from 1 to 100");
    }

    private void checkAdmin() {
        if (isSet("admin.username") != isSet("admin.password")) {
            String blank = isSet("admin.username") ? "admin.password" : "admin.username";
            throw invalid(blank, "", "a value, as the other half of the user name and password is set");
        }
    }

    private void checkExposure() {
        checkHost("server.host");
        if (!isLoopback(get("server.host"))) {
            for (String needed : List.of("webhook.authorization", "admin.password")) {
                if (!isSet(needed)) {
                    throw invalid(
                            needed, "", "a value, as server.host=" + get("server.host") + " is not a loopback address");
                }
            }
        }
    }

    /** Java takes a blank host for loopback; a server need not. */
    private void checkHost(String name) {
        try {
            if (isSet(name)) {
                InetAddress.getByName(get(name));
                return;
            }
        } catch (UnknownHostException e) {
            // told below, with what is accepted
        }
        throw invalid(name, get(name), "an address of this machine, such as 127.0.0.1 or 0.0.0.0");
    }

    public boolean isLoopback(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The values that must never be shown, the longest first. */
    public Set<String> secrets() {
        SecretSettings secrets = new SecretSettings();
        properties.loadProperties(SecretSettings::isSecret).stringPropertyNames()
                .forEach(name -> secrets.add(name, get(name)));
        return secrets.values;
    }

    private InvalidSetting invalid(String name, String value, String accepts) {
        return new InvalidSetting(name, new Secrets(this).mask(value), accepts);
    }

    /** A setting with which the runner cannot start; the message is one line, for the person who set it. */
    public static final class InvalidSetting extends IllegalArgumentException {

        private final String name;

        public InvalidSetting(String name, String value, String accepts) {
            super(name + (value.isEmpty() ? " is blank" : " is '" + value + "'") + ": it accepts " + accepts);
            this.name = name;
        }

        /** One whose value is understood, and of no use. */
        public InvalidSetting(String name, String reason, Throwable cause) {
            super(name + ": " + reason, cause);
            this.name = name;
        }

        /** Which setting it is. */
        public String name() {
            return name;
        }
    }
}
