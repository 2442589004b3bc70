package io.subrelay.command;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarFile;

/** Components, drivers and beans that are not part of Subrelay: jar files that somebody puts beside the routes. */
public final class Extensions {

    private Extensions() {
    }

    /**
     * Puts the jar files of a folder behind the class path, by the thread's class loader: Camel looks there as well for
     * components, converters and classes, and so do the libraries that they bring. Of what both hold, Subrelay's own is
     * used.
     *
     * @param folder need not exist
     * @throws CommandFailed if one of them cannot be read
     */
    public static void load(Path folder) {
        File[] jars = folder.toFile().listFiles((in, name) -> name.endsWith(".jar"));
        if (jars == null && Files.isDirectory(folder)) {
            throw new CommandFailed(folder + ": this folder cannot be read");
        }
        if (jars == null || jars.length == 0) {
            return;
        }
        Arrays.sort(jars);
        URL[] urls = new URL[jars.length];
        for (int i = 0; i < urls.length; i++) {
            // a class loader passes over what it cannot read, and the classes in it would be missing without a reason
            try (JarFile jar = new JarFile(jars[i])) {
                urls[i] = jars[i].toURI().toURL();
            } catch (IOException e) {
                throw new CommandFailed(jars[i] + ": this jar file cannot be read: " + e.getMessage());
            }
        }
        Thread.currentThread().setContextClassLoader(
                new URLClassLoader("ext", urls, Extensions.class.getClassLoader()));
    }
}
