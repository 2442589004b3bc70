package io.subrelay.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Body;
import org.apache.camel.Header;

/**
 * Lets in only webhooks that were signed with a known secret in the last five minutes:
 * {@code X-RevenueCat-Webhook-Signature: t=<unix seconds>,v1=<hex>[,v1=…]}, HMAC-SHA256 of {@code <t>.<raw body>}.
 */
public final class WebhookSignature {

    private static final long TOLERANCE_SECONDS = 300;

    private final List<SecretKeySpec> keys;
    private final Clock clock;

    /** @param secrets comma separated, several during a rotation; blank lets every webhook in */
    public WebhookSignature(String secrets, Clock clock) {
        this.keys = Arrays.stream(secrets.split(",")).map(String::trim).filter(secret -> !secret.isEmpty())
                .map(secret -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256")).toList();
        this.clock = clock;
    }

    /** @throws Rejected with status 401 if no signature is valid */
    public void check(@Header("X-RevenueCat-Webhook-Signature") String header, @Body byte[] body) {
        if (!keys.isEmpty() && !isValid(header == null ? "" : header, body == null ? new byte[0] : body)) {
            throw new Rejected(401, "signature", "the X-RevenueCat-Webhook-Signature header is missing, old or wrong");
        }
    }

    private boolean isValid(String header, byte[] body) {
        String time = "";
        List<byte[]> signatures = new ArrayList<>();
        try {
            for (String part : header.split(",")) {
                String[] pair = part.trim().split("=", 2);
                if (pair[0].equals("t")) {
                    time = pair[1];
                } else if (pair[0].equals("v1")) {
                    signatures.add(HexFormat.of().parseHex(pair[1]));
                }
            }
            if (Math.abs(clock.millis() / 1000 - Long.parseLong(time)) > TOLERANCE_SECONDS) {
                return false;
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return false;
        }
        boolean valid = false;
        for (SecretKeySpec key : keys) {
            byte[] expected = hmac(key, time + ".", body);
            for (byte[] signature : signatures) {
                valid |= MessageDigest.isEqual(expected, signature);
            }
        }
        return valid;
    }

    /** By the algorithm of the key, of what comes before the body and of the body. */
    public static byte[] hmac(SecretKeySpec key, String before, byte[] body) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            mac.update(before.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
