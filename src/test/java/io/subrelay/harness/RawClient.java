package io.subrelay.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection to a port of this machine, on which a test writes what it likes. */
public final class RawClient implements AutoCloseable {

    private final Socket socket;

    public RawClient(int port) {
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return whether the other side still takes it */
    public boolean send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public boolean send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The first line of the answer; empty if the connection is closed without one. */
    public String answer() {
        StringBuilder line = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read(); next >= 0 && next != '\r'; next =
                    socket.getInputStream().read()) {
                line.append((char) next);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            return line.toString();
        }
        return line.toString();
    }

    /** Waits until the other side closes the connection. */
    public void awaitEnd() {
        try {
            while (socket.getInputStream().read() >= 0) {
                // until there is no more
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection is not closed", e);
        } catch (IOException e) {
            // closed with a reset
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
