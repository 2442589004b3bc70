package io.subrelay.delivery;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.ExpressionEvaluationException;
import org.apache.camel.Message;
import org.apache.camel.ValidationException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.MessageHelper;
import org.springframework.core.NestedExceptionUtils;

/**
 * What is kept of an answer.
 *
 * @param status the HTTP status; 0 where there was no answer
 * @param text   the beginning of its body, or where there was no answer, why; null where nothing failed
 */
record Answer(int status, String text) {

    /** More than is kept in the end: secrets are masked in between, and one that is cut in two would not be found. */
    private static final int EXCERPT = 2_000;

    /** The last one of a route that has not failed. */
    static Answer of(Exchange exchange) {
        return new Answer(status(exchange.getMessage()), null);
    }

    /** The one that a failure is about. */
    static Answer of(Exchange exchange, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpOperationFailedException answer) {
                String body = answer.getResponseBody();
                return new Answer(answer.getStatusCode(), excerpt(body == null ? "" : body));
            }
            if (cause instanceof ValidationException && status(exchange.getMessage()) > 0) {
                return new Answer(status(exchange.getMessage()), excerpt(body(exchange.getMessage())));
            }
            if (cause instanceof ExpressionEvaluationException) {
                return new Answer(0, excerpt(String.valueOf(cause.getMessage())));
            }
        }
        return new Answer(0, oneLine(failure));
    }

    private static int status(Message message) {
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        return status == null ? 0 : status;
    }

    private static String body(Message message) {
        // what has validated it may have read it
        MessageHelper.resetStreamCache(message);
        byte[] bytes = message.getBody(byte[].class);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String excerpt(String body) {
        String line = body.strip().replaceAll("\\p{Cntrl}+", " ");
        if (line.length() <= EXCERPT) {
            return line;
        }
        // not in the middle of a character
        int end = Character.isHighSurrogate(line.charAt(EXCERPT - 1)) ? EXCERPT - 1 : EXCERPT;
        return line.substring(0, end) + "…";
    }

    private static String oneLine(Throwable failure) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        return excerpt(root.getClass().getSimpleName() + ": " + root.getMessage());
    }
}
