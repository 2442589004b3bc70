package io.subrelay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/** Answers in JSON, as the routes do, what is refused before a route gets it. */
final class HttpErrors {

    private static final Map<Integer, String> ERRORS = Map.of(
            400, "this is not an address that can be read",
            404, "there is nothing at this address",
            405, "this address does not take this method",
            406, "answers are JSON",
            413, "the body is larger than server.max-body-size",
            415, "the content type has to be application/json",
            500, "this cannot be done");

    private HttpErrors() {
    }

    /** To be called once the server of this port has started. */
    static void answerInJson(CamelContext context, int port) {
        VertxPlatformHttpRouter routes =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        // what no route takes ends at the server's own router, around the one of the routes
        if (routes.getServer().getServer().requestHandler() instanceof Router all) {
            all.route().order(-1).handler(HttpErrors::refuseNull);
            ERRORS.forEach((status, error) -> all.errorHandler(status, request -> request.response()
                    .setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(JsonNodeFactory.instance.objectNode().put("error", error).toString())));
        }
    }

    /** No id and no parameter has a null character, and PostgreSQL cannot even look for one. */
    private static void refuseNull(RoutingContext request) {
        if (request.request().uri().contains("%00")) {
            request.fail(400);
        } else {
            request.next();
        }
    }
}
