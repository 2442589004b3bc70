package io.subrelay;

import java.util.List;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;

/** Which headers go into an answer: Camel would leave out Cache-Control, by which a route says who may keep it. */
final class AnswerHeaders extends HttpHeaderFilterStrategy {

    AnswerHeaders() {
        getOutFilter().remove("cache-control");
        // of the request, where a route leaves them
        getOutFilter().addAll(List.of("authorization", "cookie", "proxy-authorization", "origin", "referer",
                "user-agent", "accept", "accept-encoding", "accept-language", "if-none-match", "range"));
    }
}
