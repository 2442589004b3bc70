package io.subrelay;

import org.apache.camel.FailedToCreateRouteException;

/** Says in one line why the runner does not start. */
final class StartFailure {

    private StartFailure() {
    }

    static String describe(Throwable failure) {
        String where = "";
        Throwable cause = failure;
        while (true) {
            if (cause instanceof Settings.InvalidSetting) {
                return cause.getMessage();
            }
            if (cause instanceof FailedToCreateRouteException route) {
                where = location(route) + ": ";
            }
            if (cause.getCause() == null || cause.getCause() == cause) {
                break;
            }
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return where + message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse("");
    }

    private static String location(FailedToCreateRouteException route) {
        return "route " + route.getRouteId() + (route.getLocation() == null ? "" : " (" + route.getLocation() + ")");
    }
}
