package io.subrelay;

import org.apache.camel.http.base.HttpHeaderFilterStrategy;

/** Which headers go into an answer: Camel would leave out Cache-Control, by which a route says who may keep it. */
final class AnswerHeaders extends HttpHeaderFilterStrategy {

    AnswerHeaders() {
        getOutFilter().remove("cache-control");
    }
}
