package io.subrelay;

import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the routes of the folder it is started in. */
public final class Subrelay {

    private static final Logger LOG = LoggerFactory.getLogger(Subrelay.class);

    private Subrelay() {
    }

    public static void main(String[] args) {
        System.exit(run());
    }

    private static int run() {
        Main main = new Main();
        main.setPropertyPlaceholderLocations(Runner.PROPERTIES);
        main.addMainListener(new Runner());
        try {
            main.run();
            return main.getExitCode();
        } catch (Exception e) {
            LOG.error("Subrelay does not start: {}", StartFailure.describe(e));
            LOG.debug("", e);
            main.shutdown();
            return 1;
        }
    }
}
