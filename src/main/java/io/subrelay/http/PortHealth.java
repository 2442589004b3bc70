package io.subrelay.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.net.SocketFactory;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Ready while the webhook's own port answers: that is another port than the one that is asked for the health. */
public final class PortHealth extends AbstractHealthCheck {

    private static final int TIMEOUT_MS = 2_000;
    private static final byte[] REQUEST = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final String host;
    private final int port;
    private final SocketFactory sockets;

    /**
     * @param port    0 for one that is not known, which is not asked
     * @param sockets makes the connection to it, with TLS where it has TLS
     */
    public PortHealth(String host, int port, SocketFactory sockets) {
        super("subrelay", "webhook-port");
        this.host = host;
        this.port = port;
        this.sockets = sockets;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.up();
        if (port == 0) {
            return;
        }
        try (Socket socket = sockets.createSocket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            socket.connect(address.getAddress() != null && address.getAddress().isAnyLocalAddress()
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port) : address, TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(REQUEST);
            if (socket.getInputStream().read() < 0) {
                builder.down().message("port " + port + " closes connections without an answer");
            }
        } catch (IOException e) {
            builder.down().message("port " + port + " does not answer: " + e.getMessage());
        }
    }
}
