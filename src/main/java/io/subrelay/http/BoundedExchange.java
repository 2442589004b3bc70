package io.subrelay.http;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLException;
import org.apache.camel.util.IOHelper;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.entity.DeflateInputStream;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;

/**
 * One request and its answer, within a time and a size. Once there is a status, it counts whatever the body is: what of
 * the body cannot be had is left out. Only a success whose connection is lost in the middle of it is no answer: that
 * the vendor has the event cannot be relied on then.
 */
final class BoundedExchange implements ExecChainHandler {

    private static final int BUFFER = 8192;
    private static final int UNKNOWN_LENGTH = 512;

    private final Timer clock;
    private final long deadlineMs;
    private final int maxSize;

    /**
     * @param deadlineMs how long it may take from the lease of a connection to the end of the answer, milliseconds; 0
     *                   for no limit
     * @param maxSize    bytes of the body that are read
     */
    BoundedExchange(Timer clock, long deadlineMs, int maxSize) {
        this.clock = clock;
        this.deadlineMs = deadlineMs;
        this.maxSize = maxSize;
    }

    /** @throws SocketTimeoutException if there is no status when the time is over */
    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        AtomicBoolean over = new AtomicBoolean();
        Timeout alarm = deadlineMs <= 0 ? null
                : clock.newTimeout(due -> cancel(scope, over), deadlineMs, TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse answer = chain.proceed(request, scope);
            if (answer.getEntity() != null) {
                bound(answer, read(answer, scope, over));
            }
            return answer;
        } catch (IOException | HttpException e) {
            if (over.get()) {
                SocketTimeoutException timeout = new SocketTimeoutException("no answer within " + deadlineMs + " ms");
                timeout.addSuppressed(e);
                throw timeout;
            }
            throw e;
        } finally {
            if (alarm != null) {
                alarm.cancel();
            }
        }
    }

    /** Closes the connection under whatever the request is doing: connecting, writing or reading. */
    private static void cancel(ExecChain.Scope scope, AtomicBoolean over) {
        over.set(true);
        if (scope.originalRequest instanceof Cancellable request) {
            request.cancel();
        }
    }

    private byte[] read(ClassicHttpResponse answer, ExecChain.Scope scope, AtomicBoolean over) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean whole = false;
        try {
            whole = copy(answer.getEntity().getContent(), body, answer.getEntity().getContentLength());
        } catch (ConnectionClosedException | TruncatedChunkException | SocketException | SSLException e) {
            if (answer.getCode() < 300 && !over.get()) {
                throw e;
            }
        } catch (IOException e) {
            // the status counts
        } finally {
            if (!whole) {
                scope.execRuntime.discardEndpoint();
            }
        }
        return body.toByteArray();
    }

    /**
     * @param  expected how many bytes there may be; negative if that is not known
     * @return          whether that was all of it
     */
    private boolean copy(InputStream from, ByteArrayOutputStream to, long expected) throws IOException {
        // most answers are short, and there is one for each request
        long size = expected < 0 ? UNKNOWN_LENGTH : Math.max(1, Math.min(expected, BUFFER));
        byte[] buffer = new byte[(int) Math.min(size, maxSize)];
        int left = maxSize;
        while (left > 0) {
            int count = from.read(buffer, 0, Math.min(left, buffer.length));
            if (count < 0) {
                return true;
            }
            to.write(buffer, 0, count);
            left -= count;
        }
        return from.read() < 0;
    }

    private void bound(ClassicHttpResponse answer, byte[] body) {
        byte[] decoded = body;
        Header encoding = answer.getFirstHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null) {
            decoded = decoded(body, encoding.getValue().trim().toLowerCase(Locale.ROOT));
            answer.removeHeaders(HttpHeaders.CONTENT_ENCODING);
        }
        Header type = answer.getFirstHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && !hasKnownCharset(type.getValue())) {
            answer.setHeader(HttpHeaders.CONTENT_TYPE, type.getValue().split(";", 2)[0].trim());
        }
        // Camel keeps what streams, so that it can be read more than once
        HttpEntity entity = new InputStreamEntity(new ByteArrayInputStream(decoded), decoded.length, null);
        answer.setEntity(entity);
    }

    /** What is no such encoding is taken as it is. */
    private byte[] decoded(byte[] body, String encoding) {
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        try {
            switch (encoding) {
                case "gzip", "x-gzip" -> copy(new GZIPInputStream(new ByteArrayInputStream(body)), decoded, -1);
                case "deflate" -> copy(new DeflateInputStream(new ByteArrayInputStream(body)), decoded, -1);
                default -> {
                    return body;
                }
            }
        } catch (IOException e) {
            return decoded.size() == 0 ? body : decoded.toByteArray();
        }
        return decoded.toByteArray();
    }

    private static boolean hasKnownCharset(String contentType) {
        String charset = IOHelper.getCharsetNameFromContentType(contentType);
        try {
            return charset == null || Charset.isSupported(charset);
        } catch (IllegalCharsetNameException e) {
            return false;
        }
    }
}
