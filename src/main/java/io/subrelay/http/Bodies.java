package io.subrelay.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads the bodies of requests: each up to a size, and all that are open at a time up to another. A body is bytes,
 * never a form: Camel would make headers of a form's fields, and Vert.x files of its parts.
 */
final class Bodies {

    private final long maxSize;
    private final long maxOpen;
    private final AtomicLong open = new AtomicLong();

    /**
     * @param maxSize of one body, bytes
     * @param maxOpen of all that are being received or worked on, bytes
     */
    Bodies(long maxSize, long maxOpen) {
        this.maxSize = maxSize;
        this.maxOpen = Math.max(maxSize, maxOpen);
    }

    /** Goes on to the next handler once the body is there, or answers 413 or 503. */
    void read(RoutingContext context) {
        HttpServerRequest request = context.request();
        ((RoutingContextInternal) context).visitHandler(RoutingContextInternal.BODY_HANDLER);
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            context.next();
        } else if (length != null && (length.length() > 18 || Long.parseLong(length) > maxSize)) {
            refuse(context, 413);
        } else {
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))
                    && request.version() != HttpVersion.HTTP_1_0) {
                context.response().writeContinue();
            }
            new Body(context).receive();
        }
    }

    /** What still comes of the body is thrown away: a connection that is cut would cost the sender the answer. */
    private static void refuse(RoutingContext context, int status) {
        context.request().handler(part -> {});
        HttpErrors.refuse(context, status, status == 413 ? HttpErrors.TOO_LARGE
                : "too many requests are open at a time, try again");
    }

    private final class Body {

        private final RoutingContext context;
        private Buffer received = Buffer.buffer();
        private long taken;

        Body(RoutingContext context) {
            this.context = context;
        }

        void receive() {
            context.addEndHandler(ended -> giveBack());
            context.request().handler(this::add).endHandler(end -> end())
                    .exceptionHandler(lost -> giveBack());
        }

        private void add(Buffer part) {
            if (received == null) {
                return;
            }
            boolean tooLarge = taken + part.length() > maxSize;
            if (tooLarge || open.addAndGet(part.length()) > maxOpen) {
                if (!tooLarge) {
                    open.addAndGet(-part.length());
                }
                giveBack();
                refuse(context, tooLarge ? 413 : 503);
                return;
            }
            taken += part.length();
            received.appendBuffer(part);
        }

        private void end() {
            if (received != null) {
                ((RoutingContextInternal) context).setBody(received);
                received = null;
                context.next();
            }
        }

        /** Once the answer is out, or the connection lost. */
        private void giveBack() {
            received = null;
            open.addAndGet(-taken);
            taken = 0;
        }
    }
}
