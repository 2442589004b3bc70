package io.subrelay.http;

import io.subrelay.config.Settings;
import io.subrelay.webhook.LocalHostNames;
import io.subrelay.webhook.Rejected;
import io.subrelay.webhook.RejectedWebhooks;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.model.Model;
import org.apache.camel.model.rest.ParamDefinition;
import org.apache.camel.model.rest.RestParamType;

/**
 * What every request passes before a route gets it: webhooks by their authorization, everything else, also what a
 * route of somebody's own serves, by the administrator's password. Who may not come in is told so by the head alone,
 * before the body is read; and of the query only the API's own parameters are left, as Camel would make headers of all
 * of it.
 */
public final class Intake {

    /** A header of such a name would come beside the path's own. */
    private static final List<String> PATH_VARIABLES = List.of("id", "name", "file", "version");

    private final Connections connections;
    private final Authorization webhookAuthorization;
    private final AdminAccess adminAccess;
    private final RejectedWebhooks rejected;
    private final Bodies bodies;
    /** The path of the route that takes webhooks; null until that is known, or where they do not come by HTTP. */
    private volatile String webhook;
    /** The parameters that the API's description names, in {@code routes/api.camel.yaml}. */
    private volatile Set<String> parameters = Set.of();
    private final WrongPasswords wrongPasswords = new WrongPasswords(System::nanoTime);

    /** All bodies that are open together may have a sixteenth of the memory. */
    public Intake(Settings settings, Connections connections, RejectedWebhooks rejected) {
        this.connections = connections;
        this.rejected = rejected;
        String host = settings.get("server.host");
        webhookAuthorization = new Authorization(settings.get("webhook.authorization"),
                settings.isSet("webhook.signing-secret") ? null : new LocalHostNames(host), "webhook.authorization",
                "the Authorization header is missing or not the agreed one");
        adminAccess = new AdminAccess(settings.get("admin.username"), settings.get("admin.password"), host);
        bodies = new Bodies(settings.number("server.max-body-size", 1024, 64 << 20),
                Runtime.getRuntime().maxMemory() / 16);
    }

    /** To be called once the routes are there, which say where webhooks come in and what parameters the API has. */
    void started(CamelContext context) {
        Route receive = context.getRoute("receive");
        if (receive != null && receive.getEndpoint() instanceof PlatformHttpEndpoint endpoint) {
            webhook = endpoint.getPath().replaceFirst("/$", "");
        }
        parameters = context.getCamelContextExtension().getContextPlugin(Model.class).getRestDefinitions().stream()
                .flatMap(rest -> rest.getVerbs().stream()).flatMap(verb -> verb.getParams().stream())
                .filter(parameter -> parameter.getType() == RestParamType.query).map(ParamDefinition::getName)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** To be called with each request that comes, also where it is refused for another reason. */
    void began(RoutingContext context) {
        connections.began(context);
    }

    /**
     * Bounds the management port, too. To be called before it listens.
     *
     * @param names those by which it may be called; null for any
     */
    public void guardManagement(CamelContext context, LocalHostNames names) {
        ManagementHttpServer server = context.hasService(ManagementHttpServer.class);
        if (server != null) {
            HttpErrors.before(server.getConfiguration(), request -> {
                began(request);
                if (names != null && !names.include(request.request().getHeader(HttpHeaders.HOST))) {
                    HttpErrors.refuse(request, 403, "this is for http://localhost only");
                } else {
                    request.next();
                }
            });
        }
    }

    /** Goes on to the routes, or answers. */
    void handle(RoutingContext context) {
        // routes take a path with and without / at its end
        if (context.normalizedPath().replaceFirst("/$", "").equals(webhook)) {
            handleWebhook(context);
        } else {
            handleAdmin(context);
        }
    }

    private void handleWebhook(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.queryParams().clear();
        try {
            webhookAuthorization.check(
                    request.getHeader(HttpHeaders.AUTHORIZATION), request.getHeader(HttpHeaders.HOST));
        } catch (Rejected e) {
            rejected.count(e.getReason());
            HttpErrors.refuse(context, e.getStatus(), e.getMessage());
            return;
        }
        bodies.read(context);
    }

    private void handleAdmin(RoutingContext context) {
        HttpServerRequest request = context.request();
        String unknown = keepParameters(context);
        String address = request.remoteAddress() == null ? "" : String.valueOf(request.remoteAddress().hostAddress());
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null && !wrongPasswords.mayTry(address)) {
            HttpErrors.refuse(context, 429, "too many wrong passwords, try again");
            return;
        }
        try {
            String host = request.getHeader(HttpHeaders.HOST);
            adminAccess.check(authorization, host);
            if (!isPage(context.normalizedPath())) {
                adminAccess.checkSite(request.getHeader("Sec-Fetch-Site"), request.getHeader(HttpHeaders.ORIGIN), host);
            }
        } catch (Rejected rejected) {
            Runnable answer = () -> HttpErrors.refuse(context, rejected.getStatus(), rejected.getMessage());
            if (rejected.getStatus() == 401 && authorization != null) {
                context.vertx().setTimer(wrongPasswords.delayMs(address), timer -> answer.run());
            } else {
                answer.run();
            }
            return;
        }
        // what is misspelt may be what would have kept it from being done
        if (unknown != null && request.method() == HttpMethod.POST && context.normalizedPath().startsWith("/api/")) {
            HttpErrors.refuse(context, 400, "there is no parameter " + unknown);
            return;
        }
        bodies.read(context);
    }

    /** Another site may have a link to the console, which only shows. */
    private static boolean isPage(String path) {
        return path.equals("/") || path.startsWith("/console/");
    }

    /** @return one that the API does not have; null if there was none */
    private String keepParameters(RoutingContext context) {
        MultiMap query = context.queryParams();
        List<String> unknown = query.names().stream().filter(name -> !parameters.contains(name)).toList();
        unknown.forEach(query::remove);
        MultiMap headers = context.request().headers();
        parameters.forEach(headers::remove);
        PATH_VARIABLES.forEach(headers::remove);
        return unknown.isEmpty() ? null : unknown.get(0);
    }
}
