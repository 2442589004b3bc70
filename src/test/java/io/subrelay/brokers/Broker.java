package io.subrelay.brokers;

import static org.awaitility.Awaitility.await;

import io.subrelay.harness.Ports;
import io.subrelay.harness.TempFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A broker as a process of its own, of the libraries that the profile {@code brokers} brings along. */
final class Broker implements AutoCloseable {

    private static final String KAFKA = """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            controller.listener.names=CONTROLLER
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            log.dirs=%3$s/data
            num.partitions=3
            offsets.topic.num.partitions=1
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            group.initial.rebalance.delay.ms=0
            broker.heartbeat.interval.ms=500
            broker.session.timeout.ms=6000
            """;
    /** What formatting the folder leaves there. */
    private static final String FORMATTED = """
            version=1
            cluster.id=c3VicmVsYXktdGVzdHMwMA
            directory.id=c3VicmVsYXktZm9sZGVyMA
            node.id=1
            """;
    private static final String ARTEMIS = """
            <configuration xmlns="urn:activemq">
              <core xmlns="urn:activemq:core">
                <security-enabled>false</security-enabled>
                <journal-type>NIO</journal-type>
                <acceptors>
                  <acceptor name="all">tcp://127.0.0.1:%d?protocols=CORE,AMQP</acceptor>
                </acceptors>
              </core>
            </configuration>
            """;

    private final Path folder;
    private final int port;
    private final List<String> main;
    private Process process;

    private Broker(Path folder, int port, List<String> main) {
        this.folder = folder;
        this.port = port;
        this.main = main;
    }

    /** A Kafka of one node; a topic has three partitions. */
    static Broker kafka() {
        Path folder = TempFolders.create();
        int port = Ports.free();
        write(folder.resolve("server.properties"), KAFKA.formatted(port, Ports.free(), folder));
        write(folder.resolve("data/meta.properties"), FORMATTED);
        return new Broker(folder, port, List.of("kafka.Kafka", folder.resolve("server.properties").toString())).start();
    }

    /** An Artemis that takes its own protocol and AMQP. */
    static Broker artemis() {
        Path folder = TempFolders.create();
        int port = Ports.free();
        write(folder.resolve("etc/broker.xml"), ARTEMIS.formatted(port));
        return new Broker(folder, port, List.of("org.apache.activemq.artemis.core.server.embedded.Main",
                folder.toString())).start();
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** Returns once it listens. */
    Broker start() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.configurationFile=" + Path.of("src/main/resources/log4j2.xml").toUri(), "-cp",
                System.getProperty("java.class.path")));
        command.addAll(main);
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().until(() -> isListening() || !process.isAlive());
        if (!process.isAlive()) {
            throw new IllegalStateException(log());
        }
        return this;
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
