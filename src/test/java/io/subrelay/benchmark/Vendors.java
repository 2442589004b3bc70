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
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * All four vendors in one thread: each on a port, every request answered with 200, at once or after a fixed time. It
 * only counts what it is sent, so that it costs next to nothing. Reads one line for each thing it is asked for,
 * {@code reset} or {@code stats}, and ends with its input.
 */
final class Vendors {

    /** In the order of their ports, with what each of their requests has once for each event. */
    private enum Vendor {
        SEGMENT("\"type\":\"track\""),
        AMPLITUDE("\"insert_id\":"),
        ONESIGNAL("HTTP/1.1"),
        STATSIG("\"event_timestamp_ms\":");

        final byte[] mark;

        Vendor(String mark) {
            this.mark = mark.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private record Connection(Vendor vendor, Messages messages) {
    }

    private record Answer(SocketChannel channel, long dueNanos) {
    }

    private final byte[] answer = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
            + "{\"success\":true}").getBytes(StandardCharsets.US_ASCII);
    /** Of a track, not of an identify: what the number of its event, a time, comes after. */
    private static final byte[] TIMED_TRACK =
            "\"type\":\"track\",\"messageId\":\"subrelay:".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final ArrayDeque<Answer> answers = new ArrayDeque<>();
    private final long latencyNanos;
    private final Vendor timed;
    private final int[] events = new int[Vendor.values().length];
    private final Times delivered = new Times();
    private int requests;
    private long lastAt;

    private Vendors(long latencyMs, Vendor timed) throws IOException {
        latencyNanos = TimeUnit.MILLISECONDS.toNanos(latencyMs);
        this.timed = timed;
    }

    /**
     * {@code Vendors <latency in ms> <segment or statsig, whose times are told>}: writes the ports of Segment,
     * Amplitude, OneSignal and Statsig.
     */
    public static void main(String[] args) throws IOException {
        Vendors vendors = new Vendors(Long.parseLong(args[0]), Vendor.valueOf(args[1].toUpperCase()));
        StringBuilder ports = new StringBuilder();
        for (Vendor vendor : Vendor.values()) {
            ports.append(vendor.name().toLowerCase()).append('=').append(vendors.listen(vendor)).append(' ');
        }
        Thread serving = new Thread(vendors::serve, "vendors");
        serving.setDaemon(true);
        serving.start();
        System.out.println(ports.toString().strip());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(line.equals("reset") ? vendors.reset() : vendors.stats());
        }
    }

    private int listen(Vendor vendor) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT, vendor);
        return server.socket().getLocalPort();
    }

    private synchronized String reset() {
        Arrays.fill(events, 0);
        delivered.clear();
        requests = 0;
        lastAt = 0;
        return "ok";
    }

    /** How many events each had, when the last one came, and how long after they were sent the timed one had them. */
    private synchronized String stats() {
        StringBuilder stats = new StringBuilder();
        for (Vendor vendor : Vendor.values()) {
            stats.append(vendor.name().toLowerCase()).append('=').append(events[vendor.ordinal()]).append(' ');
        }
        return stats + "requests=" + requests + " lastAt=" + lastAt + " " + delivered.percentiles();
    }

    private void serve() {
        try {
            while (true) {
                if (answers.isEmpty()) {
                    selector.select();
                } else {
                    long wait = TimeUnit.NANOSECONDS.toMillis(answers.peek().dueNanos() - System.nanoTime());
                    selector.select(Math.max(1, wait));
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    ready(key);
                }
                selector.selectedKeys().clear();
                while (!answers.isEmpty() && answers.peek().dueNanos() <= System.nanoTime()) {
                    write(answers.poll().channel());
                }
            }
        } catch (IOException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void ready(SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Connection((Vendor) key.attachment(), new Messages()));
            return;
        }
        Connection connection = (Connection) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            connection.messages().read(channel);
        } catch (IOException e) {
            channel.close();
            return;
        }
        for (byte[] request = connection.messages().next(); request != null; request = connection.messages().next()) {
            count(connection.vendor(), request);
            if (latencyNanos == 0) {
                write(channel);
            } else {
                answers.add(new Answer(channel, System.nanoTime() + latencyNanos));
            }
        }
    }

    private synchronized void count(Vendor vendor, byte[] request) {
        requests++;
        lastAt = System.currentTimeMillis();
        byte[] mark = vendor == Vendor.SEGMENT && vendor == timed ? TIMED_TRACK : vendor.mark;
        for (int at = Messages.find(request, 0, mark); at >= 0; at = Messages.find(request, at + 1, mark)) {
            events[vendor.ordinal()]++;
            if (vendor == timed) {
                delivered.add(1000 * (lastAt - Messages.number(request, at + mark.length)));
            }
        }
    }

    private void write(SocketChannel channel) {
        try {
            channel.write(ByteBuffer.wrap(answer));
        } catch (IOException e) {
            // the other side has gone
        }
    }
}
