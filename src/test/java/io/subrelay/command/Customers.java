package io.subrelay.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.subrelay.harness.Api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;

/** Customers as RevenueCat's REST API tells them: each has one subscription, and each status is as frequent. */
final class Customers {

    static final List<String> STATUSES = List.of("active", "trial", "intro", "promotional", "cancelled",
            "cancelled_trial", "grace_period", "grace_period_trial", "paused", "expired", "expired_promotional");

    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private Customers() {
    }

    static String id(int n) {
        return "app:user/" + n;
    }

    static String status(int n) {
        return STATUSES.get(n % STATUSES.size());
    }

    /** What the API answers for {@link #id}. */
    static ObjectNode answer(int n) {
        ObjectNode answer = Api.JSON.createObjectNode()
                .put("request_date", NOW.toString()).put("request_date_ms", NOW.toEpochMilli());
        ObjectNode subscriber = answer.putObject("subscriber");
        subscriber.put("original_app_user_id", id(n)).put("first_seen", days(-90)).put("last_seen", days(-1))
                .putNull("management_url").putObject("non_subscriptions");
        subscriber.putObject("subscriber_attributes").putObject("$onesignalUserId")
                .put("value", "os-" + n).put("updated_at_ms", NOW.toEpochMilli() - 1000);
        subscriber.putObject("entitlements").putObject("pro").put("product_identifier", "monthly")
                .put("purchase_date", days(-10)).put("expires_date", days(20));
        String status = status(n);
        boolean ended = status.startsWith("expired") || status.startsWith("grace");
        boolean trial = status.endsWith("trial");
        subscriber.putObject("subscriptions").putObject("monthly").put("purchase_date", days(-10))
                .put("original_purchase_date", days(-70)).put("expires_date", days(ended ? -2 : 20))
                .put("period_type", trial ? "trial" : status.equals("intro") ? "intro" : "normal")
                .put("store", status.endsWith("promotional") ? "promotional" : status.equals("paused") ? "play_store"
                        : "app_store")
                .put("is_sandbox", false).put("ownership_type", "PURCHASED").put("store_transaction_id", "t" + n)
                .put("unsubscribe_detected_at", status.startsWith("cancelled") ? days(-3) : null)
                .put("billing_issues_detected_at", status.startsWith("grace") ? days(-2) : null)
                .put("grace_period_expires_date", status.startsWith("grace") ? days(5) : null)
                .put("auto_resume_date", status.equals("paused") ? days(40) : null).putNull("refunded_at");
        return answer;
    }

    private static String days(int days) {
        return NOW.plus(days, ChronoUnit.DAYS).toString();
    }

    /** A file with the answers for the first so many. */
    static Path file(Path file, int count) {
        try {
            return Files.write(file, (Iterable<String>) IntStream.range(0, count)
                    .mapToObj(n -> answer(n).toString())::iterator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
