package io.subrelay.check;

import java.nio.file.Path;
import org.apache.camel.impl.engine.DefaultResourceResolvers;
import org.apache.camel.spi.Resource;

/** Finds {@code file:} resources from a folder on, wherever this process was started. */
final class FilesOf extends DefaultResourceResolvers.FileResolver {

    private final Path root;

    FilesOf(Path root) {
        this.root = root;
    }

    @Override
    public Resource createResource(String location, String remaining) {
        String file = remaining.startsWith("//") ? remaining.substring(2) : remaining;
        return super.createResource(location, Path.of(file).isAbsolute() ? file : encodedRoot() + "/" + file);
    }

    /** Camel takes it for a part of an address, and decodes it. */
    private String encodedRoot() {
        return root.toString().replace("%", "%25").replace("+", "%2B");
    }
}
