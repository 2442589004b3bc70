package io.subrelay.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.subrelay.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks once what each page of the console asks: the first of such requests takes several times as long as later ones,
 * as code is loaded and the database reads its file, and nobody should wait for that.
 */
public final class Warming implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Warming.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MS = 10_000;

    private final String address;
    private final String credentials;

    public Warming(Settings settings) {
        String host = settings.get("server.host");
        // where it listens on all addresses of this machine
        String at = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        address = "http://" + (at.contains(":") ? "[" + at + "]" : at) + ":" + settings.get("server.port");
        credentials = AdminAccess.credentials(settings.get("admin.username"), settings.get("admin.password"));
    }

    @Override
    public void run() {
        try {
            get("/");
            for (String file : ConsoleFiles.names()) {
                get("/console/" + file);
            }
            for (JsonNode destination : json("/api/destinations")) {
                get("/api/destinations/" + encoded(destination.path("name")) + "/timeline");
            }
            get("/api/events?state=dead");
            JsonNode newest = json("/api/events?limit=50").path(0).path("event_id");
            if (newest.isTextual()) {
                JsonNode customer = json("/api/events/" + encoded(newest)).path("customer").path("app_user_id");
                get("/api/events/" + encoded(newest) + "/preview");
                if (customer.isTextual()) {
                    get("/api/customers/" + encoded(customer));
                    get("/api/customers/" + encoded(customer) + "/history");
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("The console is not warm: {}", e.toString());
        }
    }

    private JsonNode json(String path) throws IOException {
        return JSON.readTree(get(path));
    }

    private byte[] get(String path) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the runner stops");
        }
        HttpURLConnection call = (HttpURLConnection) URI.create(address + path).toURL().openConnection(Proxy.NO_PROXY);
        call.setConnectTimeout(TIMEOUT_MS);
        call.setReadTimeout(TIMEOUT_MS);
        if (!credentials.isEmpty()) {
            call.setRequestProperty("Authorization", credentials);
        }
        try (InputStream in = call.getInputStream()) {
            return in.readAllBytes();
        }
    }

    private static String encoded(JsonNode text) {
        return URLEncoder.encode(text.asText(), StandardCharsets.UTF_8).replace("+", "%20");
    }
}
