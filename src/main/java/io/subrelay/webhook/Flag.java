package io.subrelay.webhook;

/** A parameter that is true or false. */
public final class Flag {

    private Flag() {
    }

    /**
     * Anything else is refused: what was meant to be tried must not be done.
     *
     * @param  value null or blank for false
     * @throws Invalid if it is neither
     */
    public static boolean of(String name, String value) {
        if (value == null || value.isBlank() || value.equalsIgnoreCase("false")) {
            return false;
        }
        if (!value.equalsIgnoreCase("true")) {
            throw new Invalid(name + " accepts true or false");
        }
        return true;
    }
}
