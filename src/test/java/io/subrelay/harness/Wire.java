package io.subrelay.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A port that is connected to another one, until what goes through it is swallowed. */
public final class Wire implements AutoCloseable {

    private final ServerSocket server;
    private final int port;
    private final List<Link> links = new CopyOnWriteArrayList<>();

    private Wire(int port) throws IOException {
        this.port = port;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    public static Wire to(int port) {
        try {
            Wire wire = new Wire(port);
            run(wire::accept);
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Nothing that is sent over the connections that there are arrives any more, and neither end hears of it. */
    public void swallow() {
        links.forEach(link -> link.silent = true);
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket near = server.accept();
            Link link = new Link(near, new Socket(InetAddress.getLoopbackAddress(), port));
            links.add(link);
            run(() -> link.pass(link.near, link.far));
            run(() -> link.pass(link.far, link.near));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Link link : links) {
            link.near.close();
            link.far.close();
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void run(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // one of the ends is closed
            }
        }, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    private static final class Link {

        private final Socket near;
        private final Socket far;
        private volatile boolean silent;

        Link(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void pass(Socket from, Socket to) throws IOException {
            byte[] bytes = new byte[8192];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count = in.read(bytes);
            while (count >= 0) {
                if (!silent) {
                    out.write(bytes, 0, count);
                }
                count = in.read(bytes);
            }
            if (!silent) {
                to.close();
            }
        }
    }
}
