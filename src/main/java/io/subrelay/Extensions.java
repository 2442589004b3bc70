package io.subrelay;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Components, drivers and beans that are not part of Subrelay: jar files that somebody puts beside the routes. */
final class Extensions {

    private Extensions() {
    }

    /**
     * Puts the jar files of a folder behind the class path, by the thread's class loader: Camel looks there as well for
     * components, converters and classes, and so do the libraries that they bring. Of what both hold, Subrelay's own is
     * used.
     *
     * @param folder need not exist
     * @throws IOException if one of them cannot be read
     */
    static void load(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> jars;
        try (Stream<Path> files = Files.list(folder)) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            // a class loader passes over what it cannot read, and the classes in it would be missing without a reason
            try (JarFile jar = new JarFile(jars.get(i).toFile())) {
                urls[i] = jars.get(i).toUri().toURL();
            } catch (IOException e) {
                throw new IOException(jars.get(i) + ": this jar file cannot be read: " + e.getMessage(), e);
            }
        }
        if (urls.length > 0) {
            Thread.currentThread().setContextClassLoader(
                    new URLClassLoader("ext", urls, Extensions.class.getClassLoader()));
        }
    }
}
