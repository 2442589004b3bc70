package io.subrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.subrelay.vendors.RawVendor;
import io.subrelay.vendors.RawVendor.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of a request whose answer is huge, broken, falsely described or without end. */
class BoundedHttpTest {

    private static final int MAX = 65_536;
    private static final int SECOND = 1000;
    private static final RawVendor VENDOR = new RawVendor();
    /** Each request has an endpoint of its own: none meets a connection that another one left. */
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    @BeforeAll
    static void start() {
        BoundedHttp http = new BoundedHttp(MAX);
        http.setResponseTimeout(SECOND);
        http.setSoTimeout(SECOND);
        http.setConnectTimeout(SECOND);
        http.setAutomaticRetriesDisabled(true);
        http.setUseSystemProperties(true);
        CAMEL.addComponent("http", http);
        CAMEL.start();
    }

    @AfterAll
    static void stop() {
        CAMEL.stop();
        VENDOR.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 429, 500})
    void ofAHugeAnswerTheStartIsRead(int status) {
        byte[] part = new byte[1 << 20];
        Arrays.fill(part, (byte) 'x');
        Exchange exchange = post(RawVendor.of(head(status, "Content-Length: 419430400"), part, 400));
        assertStatus(exchange, status, "x".repeat(MAX));
        assertStatus(post(RawVendor.of(head(status, "A: b"), part, 400)), status, "x".repeat(MAX));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void ofADecodedAnswerAsWell(int status) throws IOException {
        byte[] bomb = gzip("y".repeat(50 << 20));
        assertStatus(post(RawVendor.of(head(status, "Content-Encoding: gzip"), bomb, 1)), status, "y".repeat(MAX));
        byte[] small = gzip("{\"a\":1}");
        assertStatus(post(RawVendor.of(head(status, "Content-Encoding: GZIP"), small, 1)), status, "{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: gzip", "Content-Encoding: deflate", "Content-Encoding: br",
            "Content-Encoding: gzip, gzip", "Content-Type: text/plain; charset=klingon",
            "Content-Type: ;charset=\u0000",
            "Content-Type: x; charset=\"", "Content-Length: 7\nContent-Length: 7",
            "Content-Length: 7\nContent-Length: 9",
            "Content-Length: -7", "Content-Length: many", "Transfer-Encoding: klingon",
            "WWW-Authenticate: ,,=\"", "Set-Cookie: \u0000", "Content-Type: application/x-java-serialized-object; a"})
    void aFalselyDescribedBodyIsTakenAsItIs(String header) {
        for (int status : new int[] {200, 400, 401, 429}) {
            Exchange exchange = post(RawVendor.of(head(status, header + "\nRetry-After: 7"), "1234567"));
            assertStatus(exchange, status, "1234567");
            if (exchange.getException() instanceof HttpOperationFailedException failed) {
                assertThat(failed.getResponseHeaders()).containsEntry("Retry-After", "7");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void ofABrokenBodyWhatCameIsTaken(int status) {
        Answer broken = RawVendor.of(head(status, "Transfer-Encoding: chunked"), "3\r\nabc\r\nzz\r\n");
        assertStatus(post(broken), status, "abc");
    }

    @Test
    void ofARefusalThatIsCutTheStatusCounts() {
        assertStatus(post(RawVendor.of(head(400, "Content-Length: 9"), "abc")), 400, "abc");
        assertStatus(post(RawVendor.of(head(429, "Transfer-Encoding: chunked"), "9\r\nabc")), 429, "abc");
    }

    /** Repeating costs a repetition that the vendor knows by its key; believing it could cost the event. */
    @Test
    void aSuccessThatIsCutIsNoAnswer() {
        for (Answer cut : new Answer[] {RawVendor.of(head(200, "Content-Length: 9"), "abc"),
                RawVendor.of(head(200, "Transfer-Encoding: chunked"), "9\r\nabc"),
                RawVendor.of(head(200, "Transfer-Encoding: chunked"), "3\r\nabc\r\n")}) {
            assertThat(post(cut).getException()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void headersWithoutEndAreNoAnswer() {
        for (String again : new String[] {"a: b\r\n".repeat(10_000), "a".repeat(60_000)}) {
            assertThat(post(out -> {
                out.write("HTTP/1.1 200 OK\r\nA: b".getBytes(StandardCharsets.ISO_8859_1));
                for (int i = 0; i < 2_000; i++) {
                    out.write(again.getBytes(StandardCharsets.ISO_8859_1));
                }
            }).getException()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\nA: |b", "H|H", "|HTTP/1.1 102 Processing\n\n", "HTTP/1.1 2|0"})
    void thatItTricklesBeforeThereIsAStatusDoesNotStopTheTime(String answer) {
        String[] parts = answer.split("\\|");
        assertThat(post(RawVendor.trickling(parts[0], parts[1])).getException())
                .isInstanceOf(SocketTimeoutException.class).hasMessageContaining("1000 ms");
        assertThat(VENDOR.ended()).as("answers that were waited for").isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 429})
    void ofABodyThatTricklesWhatCameInTimeIsTaken(int status) {
        Exchange exchange = post(RawVendor.trickling(head(status, "Content-Length: 1000000") + "\n\n", "x"));
        assertThat(status(exchange)).isEqualTo(status);
        assertThat(VENDOR.ended()).as("answers that were waited for").isZero();
    }

    @Test
    void aVendorThatStopsReadingDoesNotStopTheTime() {
        VENDOR.readsNothing();
        assertThat(send(new byte[32 << 20]).getException()).isInstanceOf(SocketTimeoutException.class);
        assertThat(VENDOR.ended()).as("connections that it had to close").isZero();
    }

    @Test
    void anOrdinaryAnswerIsWhatItIs() {
        assertStatus(post(RawVendor.of(head(200, "Content-Length: 2"), "{}")), 200, "{}");
        assertStatus(post(RawVendor.of("HTTP/1.1 204 No Content", "")), 204, "");
        String larger = "z".repeat(20_000);
        assertStatus(post(RawVendor.of(head(200, "Content-Length: 20000"), larger)), 200, larger);
    }

    private static String head(int status, String headers) {
        return "HTTP/1.1 " + status + " Status\n" + headers;
    }

    private static Exchange post(Answer answer) {
        VENDOR.answers(answer);
        return send("{}".getBytes(StandardCharsets.UTF_8));
    }

    private static Exchange send(byte[] body) {
        return CAMEL.createProducerTemplate().request(VENDOR.url() + "/" + COUNT.incrementAndGet() + "?httpMethod=POST",
                exchange -> exchange.getMessage().setBody(body));
    }

    private static int status(Exchange exchange) {
        if (exchange.getException() instanceof HttpOperationFailedException failed) {
            return failed.getStatusCode();
        }
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    }

    private static void assertStatus(Exchange exchange, int status, String body) {
        assertThat(status(exchange)).isEqualTo(status);
        for (int again = 0; again < 2; again++) {
            String text = exchange.getException() instanceof HttpOperationFailedException failed
                    ? failed.getResponseBody() : exchange.getMessage().getBody(String.class);
            int size = text == null ? 0 : text.length();
            assertThat(size).as("what is read of the body").isEqualTo(body.length());
            assertThat(text == null ? "" : text).isEqualTo(body);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
