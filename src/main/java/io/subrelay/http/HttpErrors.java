package io.subrelay.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig.AuthenticationConfigEntry;

/** Answers in JSON, as the routes do, what is refused before a route gets it, or before there are routes. */
public final class HttpErrors {

    static final String TOO_LARGE = "the body is larger than server.max-body-size";

    private static final Map<Integer, String> ERRORS = Map.of(
            400, "this is not an address that can be read",
            404, "there is nothing at this address",
            405, "this address does not take this method",
            406, "answers are JSON",
            413, TOO_LARGE,
            415, "the content type has to be application/json",
            500, "this cannot be done");

    /** Why every request has to come again; null while they are taken. */
    private volatile String refusal = "Subrelay is starting";
    private Intake intake;

    /** To be called before the server listens, which it does before the routes start: until then all are refused. */
    public void refuseUntilStarted(CamelContext context, Intake first) {
        intake = first;
        before(context.hasService(MainHttpServer.class).getConfiguration(), this::takeOrRefuse);
    }

    /** Puts a handler before whatever a server does, from the first request on. */
    static void before(VertxPlatformHttpServerConfiguration server, Handler<RoutingContext> first) {
        // it authenticates nobody: this is what Camel has a place for before the routes
        AuthenticationConfigEntry everything = new AuthenticationConfigEntry() {
            @Override
            public Handler<RoutingContext> createAuthenticationHandler(Vertx vertx) {
                return first;
            }
        };
        everything.setPath("/*");
        AuthenticationConfig before = server.getAuthenticationConfig();
        before.getEntries().add(everything);
        before.setEnabled(true);
    }

    /** To be called once the server of this port and the routes have started. */
    public void answerInJson(CamelContext context, int port) {
        VertxPlatformHttpRouter routes =
                VertxPlatformHttpRouter.lookup(context, VertxPlatformHttpRouter.getRouterNameFromPort(port));
        // what no route takes ends at the server's own router, around the one of the routes
        if (routes.getServer().getServer().requestHandler() instanceof Router all) {
            all.route().order(-1).handler(HttpErrors::refuseNull);
            ERRORS.forEach((status, error) -> all.errorHandler(status, request -> fail(request, status, error)));
        }
        intake.started(context);
        refusal = null;
    }

    /** To be called before the routes stop: what comes then would find none. */
    public void refuseFromNowOn() {
        refusal = "Subrelay is stopping";
    }

    private void takeOrRefuse(RoutingContext request) {
        String why = refusal;
        intake.began(request);
        if (why == null) {
            intake.handle(request);
        } else {
            refuse(request, 503, why + ", try again");
        }
    }

    private void fail(RoutingContext request, int status, String error) {
        String why = refusal;
        if (status == 404 && why != null) {
            // it came in just before that began, and found no route any more
            refuse(request, 503, why + ", try again");
        } else {
            answer(request, status, error);
        }
    }

    /** Answers a request that no route gets, with the headers that belong to the status. */
    static void refuse(RoutingContext request, int status, String error) {
        if (status == 503 || status == 429) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, status == 503 ? "30" : "2");
        } else if (status == 401) {
            request.response().putHeader("WWW-Authenticate", "Basic realm=\"Subrelay\", charset=\"UTF-8\"");
        }
        answer(request, status, error);
    }

    private static void answer(RoutingContext request, int status, String error) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        request.response().setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(JsonNodeFactory.instance.objectNode().put("error", error).toString());
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
