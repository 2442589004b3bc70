package io.subrelay.http;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.annotations.Component;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.socket.ConnectionSocketFactory;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.impl.DefaultContentLengthStrategy;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Camel's HTTP component for servers that may answer anything: its {@code responseTimeout} is a deadline for the whole
 * request, and of an answer only so much is read as is needed.
 */
// by this name Camel finds what sets the component's options
@Component("http,https")
public final class BoundedHttp extends HttpComponent {

    private static final int TICK_MS = 100;
    /** Those that the client reads. See "Networking Properties" of the JDK. */
    private static final Pattern SYSTEM_PROPERTIES =
            Pattern.compile("https?\\..+|socks.+|java\\.net\\.useSystemProxies|javax\\.net\\.ssl\\..+");
    private static final Http1Config HEADS = Http1Config.custom()
            .setMaxLineLength(16_384).setMaxHeaderCount(100).setMaxEmptyLineCount(10).build();
    private static final ManagedHttpClientConnectionFactory CONNECTIONS = ManagedHttpClientConnectionFactory.builder()
            .http1Config(HEADS).incomingContentLengthStrategy(BoundedHttp::length).build();

    private final int maxAnswerSize;
    /** A wheel, as nearly every deadline is cancelled: a queue that is empty meanwhile wakes a thread for each. */
    private final Timer clock = new HashedWheelTimer(
            new DefaultThreadFactory("request-deadlines", true), TICK_MS, TimeUnit.MILLISECONDS);

    /** @param maxAnswerSize how much of an answer's body is read, bytes, before and after decoding */
    public BoundedHttp(int maxAnswerSize) {
        this.maxAnswerSize = maxAnswerSize;
        // a body that streams can be read only once
        setResponsePayloadStreamingThreshold(maxAnswerSize);
    }

    /** Only where one of them is set: with them the client asks the JDK for a proxy with each request. */
    @Override
    public void setUseSystemProperties(boolean useSystemProperties) {
        super.setUseSystemProperties(useSystemProperties && System.getProperties().stringPropertyNames().stream()
                .anyMatch(SYSTEM_PROPERTIES.asMatchPredicate()));
    }

    @Override
    protected HttpClientBuilder createHttpClientBuilder(
            String uri, Map<String, Object> parameters, Map<String, Object> httpClientOptions) {
        HttpClientBuilder client = super.createHttpClientBuilder(uri, parameters, httpClientOptions);
        long deadlineMs = httpClientOptions.get("responseTimeout") instanceof Timeout timeout
                ? timeout.toMilliseconds() : getResponseTimeout();
        // what is encoded all the same is decoded where the limit is kept
        return client.disableContentCompression()
                .addExecInterceptorFirst("bounded", new BoundedExchange(clock, deadlineMs, maxAnswerSize));
    }

    @Override
    protected HttpClientConnectionManager createConnectionManager(Registry<ConnectionSocketFactory> registry,
            int maxTotalConnections, int connectionsPerRoute, SocketConfig defaultSocketConfig) {
        PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager(registry,
                PoolConcurrencyPolicy.STRICT, TimeValue.ofMilliseconds(getConnectionTimeToLive()), CONNECTIONS);
        pool.setMaxTotal(maxTotalConnections > 0 ? maxTotalConnections : getMaxTotalConnections());
        pool.setDefaultMaxPerRoute(connectionsPerRoute > 0 ? connectionsPerRoute : getConnectionsPerRoute());
        pool.setDefaultSocketConfig(defaultSocketConfig);
        return pool;
    }

    /**
     * Of several lengths the shortest, and to the end of the connection where there is no length that can be read: the
     * client's own strategy fails then, and the status is lost. It does not use such a connection again.
     */
    private static long length(HttpMessage answer) throws HttpException {
        try {
            return DefaultContentLengthStrategy.INSTANCE.determineLength(answer);
        } catch (HttpException e) {
            return Arrays.stream(answer.getHeaders(HttpHeaders.CONTENT_LENGTH)).map(Header::getValue)
                    .filter(value -> value.matches("\\d{1,18}")).mapToLong(Long::parseLong).min()
                    .orElse(ContentLengthStrategy.UNDEFINED);
        }
    }

    @Override
    protected void doShutdown() throws Exception {
        super.doShutdown();
        clock.stop();
    }
}
