package io.subrelay.check;

import io.subrelay.mapping.JqLanguage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's own reload of route files, for those in which check finds no fault: Camel takes a file as it finds it, and
 * leaves its routes stopped if they do not start. Removed routes and files, and settings, wait for the next start.
 */
public final class CheckedReload extends RouteWatcherReloadStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(CheckedReload.class);

    private final Folder folder;
    /** What each file held when it was looked at last: a save can be several events, the first while it is empty. */
    private final Map<Path, String> seen = new HashMap<>();

    /** @param root of {@code routes/}: the folder that this process was started in */
    public CheckedReload(Path root) {
        super("routes", true);
        this.folder = new Folder(root);
        setPattern("*" + RouteFile.SUFFIX + ",*.jq");
        setRemoveAllRoutes(false);
    }

    @Override
    protected void onRouteReload(Collection<Resource> changed, boolean removeEverything) {
        for (Resource resource : changed) {
            RouteFile file = folder.routeFile(Path.of(resource.getURI()));
            if (!Files.exists(file.path())) {
                LOG.info("{}: its routes run until the next start", file.name());
            } else if (!file.text().isBlank() && !file.text().equals(seen.put(file.path(), file.text()))
                    && isGood(file)) {
                reload(file);
            }
        }
    }

    /** A destination's file needs to be right itself; what all share, to be right for all of them. */
    private boolean isGood(RouteFile file) {
        List<Fault> faults = Check.ofRoutes(folder).stream().filter(Fault::isFault)
                .filter(fault -> file.destination() == null || fault.file().equals(file.name())).toList();
        faults.forEach(fault -> LOG.error("{}; the last good version stays in use", fault));
        return faults.isEmpty();
    }

    /** Running routes keep the shared policy and functions that they were built with: they are built anew. */
    private void reload(RouteFile file) {
        ((JqLanguage) getCamelContext().resolveLanguage("jq")).reload();
        List<RouteFile> files = new ArrayList<>();
        if (!file.name().endsWith(".jq")) {
            files.add(file);
        }
        if (file.destination() == null) {
            folder.routeFiles().stream().filter(each -> each.destination() != null).forEach(files::add);
        }
        super.onRouteReload(files.stream()
                .map(each -> ResourceHelper.resolveResource(getCamelContext(), "file:" + each.name())).toList(), false);
        LOG.info("{}: reloaded", file.name());
        if (file.destination() != null) {
            examples(file);
        }
    }

    private void examples(RouteFile file) {
        List<RouteFile> shared = folder.routeFiles().stream().filter(each -> each.destination() == null).toList();
        List<Fault> differences = new ArrayList<>();
        int all = new Examples(folder, shared).run(file, file.examples(), differences);
        differences.forEach(difference -> LOG.warn("{}", difference));
        LOG.info("{}: {} examples, {} differences", file.name(), all, differences.size());
    }
}
