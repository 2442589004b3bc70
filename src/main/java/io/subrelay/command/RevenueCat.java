package io.subrelay.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.config.Settings;
import io.subrelay.imports.RevenueCatCustomer;
import io.subrelay.redelivery.RetryAfter;
import io.subrelay.webhook.WebhookReader;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** RevenueCat's REST API: asks for customers, several at a time, no more often than is allowed. */
final class RevenueCat implements AutoCloseable {

    /**
     * What came of a customer.
     *
     * @param answer  with the id that was asked for; null if there is none
     * @param refused why there is none
     */
    record Customer(byte[] answer, String refused) {
    }

    private static final int AT_A_TIME = 8;
    /** How often a customer is asked for that cannot be told now: for about two minutes. */
    private static final int ATTEMPTS = 8;
    /** Of an answer that is longer only the beginning is kept, which is no JSON. */
    private static final int MAX_ANSWER = 4 << 20;
    private static final Duration ONE_REQUEST = Duration.ofSeconds(30);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build();
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    private final RetryAfter retryAfter = new RetryAfter();
    private final String url;
    private final String key;
    private final Duration patience;
    private final long apartNanos;
    private long nextAt = System.nanoTime();
    private volatile boolean stopped;

    RevenueCat(Settings settings) {
        this(settings, ONE_REQUEST);
    }

    /** @param patience how long an answer is waited for */
    RevenueCat(Settings settings, Duration patience) {
        this.patience = patience;
        url = settings.get("revenuecat.url");
        key = settings.get("revenuecat.api-key");
        int rate = settings.number("revenuecat.requests-per-minute", 1, 1_000_000);
        apartNanos = TimeUnit.MINUTES.toNanos(1) / rate;
        retryAfter.setMaximum(Duration.ofMinutes(15));
        if (key.isEmpty()) {
            throw new CommandFailed("revenuecat.api-key is blank: set the secret key of RevenueCat's REST API (sk_…)");
        }
    }

    /**
     * Asks for customers.
     *
     * @return one for each id, in order
     * @throws CommandFailed if the API lets nobody in, or cannot be reached for some minutes
     */
    List<Customer> customers(List<String> ids) throws InterruptedException {
        List<Callable<Customer>> calls = new ArrayList<>();
        ids.forEach(id -> calls.add(() -> customer(id)));
        List<Customer> customers = new ArrayList<>();
        for (Future<Customer> each : threads.invokeAll(calls)) {
            try {
                customers.add(each.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof CommandFailed stopped ? stopped
                        : new CommandFailed("RevenueCat cannot be asked: " + e.getCause());
            }
        }
        return customers;
    }

    private Customer customer(String id) throws InterruptedException {
        String path = "/v1/subscribers/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + key).header("Accept", "application/json").build();
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS && !stopped; attempt++) {
            awaitTurn();
            long delayMs = Math.min(500L << attempt, 60_000);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            CompletableFuture<HttpResponse<Void>> asked = client.sendAsync(request, BodyHandlers.ofByteArrayConsumer(
                    part -> part.filter(bytes -> body.size() < MAX_ANSWER).ifPresent(body::writeBytes)));
            try {
                HttpResponse<Void> answer = asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
                int status = answer.statusCode();
                if (status != 429 && status < 500) {
                    return read(id, status, body.toByteArray());
                }
                failure = "it answers " + status;
                String date = answer.headers().firstValue("Date").orElse(null);
                delayMs = answer.headers().firstValue("Retry-After").map(told -> retryAfter.delayMs(told, date))
                        .filter(told -> told > 0).orElse(delayMs);
            } catch (ExecutionException | TimeoutException e) {
                asked.cancel(true);
                failure = "there is no answer ("
                        + (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName() + ")";
            }
            pause(delayMs);
        }
        stopped = true;
        throw new CommandFailed("RevenueCat cannot be asked now, " + failure
                + ": import again later, which goes on from here");
    }

    private static Customer read(String id, int status, byte[] body) {
        if (status == 401 || status == 403) {
            throw new CommandFailed("RevenueCat does not accept revenuecat.api-key (" + status + ")");
        }
        if (status != 200) {
            return new Customer(null, status == 201 ? "RevenueCat did not know this id, and has made a customer of it"
                    : "RevenueCat answers " + status);
        }
        try {
            JsonNode answer = WebhookReader.EXACT.readTree(new String(body, StandardCharsets.UTF_8));
            if (answer instanceof ObjectNode told && RevenueCatCustomer.isOne(answer)) {
                return new Customer(told.put("app_user_id", id).toString().getBytes(StandardCharsets.UTF_8), null);
            }
        } catch (JsonProcessingException e) {
            // told below
        }
        return new Customer(null, "RevenueCat answers with something that is no customer");
    }

    private void awaitTurn() throws InterruptedException {
        long at;
        synchronized (this) {
            at = Math.max(nextAt, System.nanoTime());
            nextAt = at + apartNanos;
        }
        while (at > System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(at - System.nanoTime());
        }
    }

    /** Nobody is asked for meanwhile. */
    private synchronized void pause(long millis) {
        nextAt = Math.max(nextAt, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
