package io.subrelay.vendors;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A server on 127.0.0.1 that writes whatever bytes a test says, one request a connection. */
public final class RawVendor implements AutoCloseable {

    /** Writes the answer; the connection is closed when it returns. */
    @FunctionalInterface
    public interface Answer {
        void write(OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile String head = "";
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "raw-vendor");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Answer answer = out -> {};
    private volatile boolean reads = true;
    private volatile AtomicInteger ended = new AtomicInteger();

    public RawVendor() {
        try {
            server = new ServerSocket();
            server.setReceiveBufferSize(4096);
            server.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** From now on each request is read and then answered so. */
    public void answers(Answer now) {
        ended = new AtomicInteger();
        answer = now;
        reads = true;
    }

    /** From now on requests are accepted and not read. */
    public void readsNothing() {
        ended = new AtomicInteger();
        reads = false;
    }

    /** How many requests it has brought to their end since it was told what to do: else the other side did. */
    public int ended() {
        return ended.get();
    }

    /** How many requests there were. */
    public int requests() {
        return requests.get();
    }

    /** The lines of the last request's head. */
    public String head() {
        return head;
    }

    /** An answer with these lines as its head, and a body of text. */
    public static Answer of(String head, String body) {
        return out -> out.write(bytes(head.replace("\n", "\r\n") + "\r\n\r\n" + body));
    }

    /** An answer with these lines as its head, and the same bytes again and again. */
    public static Answer of(String head, byte[] part, int times) {
        return out -> {
            out.write(bytes(head.replace("\n", "\r\n") + "\r\n\r\n"));
            for (int i = 0; i < times; i++) {
                out.write(part);
            }
        };
    }

    /** An answer that comes a piece at a time, and begins again from a place in it for ever. */
    public static Answer trickling(String start, String again) {
        return out -> {
            out.write(bytes(start.replace("\n", "\r\n")));
            for (int i = 0; i < 600; i++) {
                out.write(bytes(again.replace("\n", "\r\n")));
                out.flush();
                LockSupport.parkNanos(100_000_000);
            }
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        AtomicInteger endedHere = ended;
        try (socket) {
            if (reads) {
                head = readRequest(socket.getInputStream());
            }
            requests.incrementAndGet();
            if (reads) {
                answer.write(socket.getOutputStream());
                endedHere.incrementAndGet();
                socket.shutdownOutput();
            }
            // until the other side closes: else what it has not read yet is lost
            socket.setSoTimeout(60_000);
            if (reads) {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } else {
                LockSupport.parkNanos(60_000_000_000L);
                endedHere.incrementAndGet();
            }
        } catch (IOException e) {
            // the other side has had enough
        }
    }

    private static String readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        for (String line : head.toString().split("\r\n")) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                in.readNBytes(Integer.parseInt(line.substring(15).trim()));
            }
        }
        return head.toString();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
