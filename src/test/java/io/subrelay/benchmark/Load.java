package io.subrelay.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Sends webhooks over connections that stay open, each with its own customers, so that the events of a customer come in
 * the order of their times. Reads one line for each run, {@code <ports> <events> <events per second, 0 for no
 * limit>}, writes what came of it, and ends with its input.
 */
final class Load {

    private static final int CONNECTIONS = 64;

    private static final class Connection {

        final int number;
        final SocketChannel channel;
        final Messages answers = new Messages();
        long plannedAt;

        Connection(int number, int port, Selector selector) throws IOException {
            this.number = number;
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, this);
        }
    }

    private final WebhookTemplate webhook = new WebhookTemplate();
    private final int customers;
    private final int[] sentOn = new int[CONNECTIONS];
    private long sent;

    private Load(int customers) {
        this.customers = customers;
    }

    /** {@code Load <how many customers>}. */
    public static void main(String[] args) throws IOException {
        Load load = new Load(Integer.parseInt(args[0]));
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            System.out.println(load.run(Stream.of(words[0].split(",")).mapToInt(Integer::parseInt).toArray(),
                    Integer.parseInt(words[1]), Integer.parseInt(words[2])));
        }
    }

    /** A limit is kept by sending late what could not be sent in time; how long it took counts from when it was due. */
    private String run(int[] ports, int events, int rate) throws IOException {
        long toSend = events;
        int failed = 0;
        Times answered = new Times();
        ArrayDeque<Connection> idle = new ArrayDeque<>();
        long startedAt = System.currentTimeMillis();
        long started = System.nanoTime();
        try (Selector selector = Selector.open()) {
            int count = Math.min(CONNECTIONS, customers);
            for (int i = 0; i < count; i++) {
                idle.add(new Connection(i, ports[i % ports.length], selector));
            }
            while (toSend > 0 || idle.size() < count) {
                long now = System.nanoTime();
                long due = now;
                while (toSend > 0 && !idle.isEmpty()) {
                    due = rate == 0 ? now : started + (events - toSend) * TimeUnit.SECONDS.toNanos(1) / rate;
                    if (due > now) {
                        break;
                    }
                    send(idle.poll(), due);
                    toSend--;
                }
                selector.select(due > now ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(due - now)) : 0);
                for (SelectionKey key : selector.selectedKeys()) {
                    Connection connection = (Connection) key.attachment();
                    connection.answers.read(connection.channel);
                    byte[] answer = connection.answers.next();
                    if (answer != null) {
                        answered.add((System.nanoTime() - connection.plannedAt) / 1000);
                        if (answer[9] != '2' && failed++ == 0) {
                            System.err.println(new String(answer, StandardCharsets.UTF_8));
                        }
                        idle.add(connection);
                    }
                }
                selector.selectedKeys().clear();
            }
            for (Connection connection : idle) {
                connection.channel.close();
            }
        }
        return "startedAt=" + startedAt + " millis=" + (System.currentTimeMillis() - startedAt)
                + " failed=" + failed + " " + answered.percentiles();
    }

    private void send(Connection connection, long plannedAt) throws IOException {
        connection.plannedAt = plannedAt;
        int others = Math.min(CONNECTIONS, customers);
        int its = (customers - connection.number + others - 1) / others;
        int customer = connection.number + others * (sentOn[connection.number]++ % its);
        long now = System.currentTimeMillis();
        // Segment gets no time in milliseconds but this one
        byte[] body = webhook.fill(String.format("%d-%010d", now, ++sent), customer, now);
        byte[] head = ("POST /webhooks/revenuecat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
        while (request.hasRemaining()) {
            connection.channel.write(request);
        }
    }
}
