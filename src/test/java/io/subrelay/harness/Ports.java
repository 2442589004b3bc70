package io.subrelay.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 that stay free until they are used. They lie below those that operating systems give to outgoing
 * connections (from 32768 on with Linux), and each test JVM takes them from a block that it holds by a file lock.
 */
public final class Ports {

    private static final int FIRST = 10_000;
    private static final int BLOCK = 100;
    private static final int BLOCKS = 220;

    private static final List<FileLock> LOCKS = new ArrayList<>();

    private static int next;
    private static int end;

    private Ports() {
    }

    public static synchronized int free() {
        for (int tries = 0; tries < BLOCK * BLOCKS; tries++) {
            if (next == end) {
                takeBlock();
            }
            int port = next++;
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no port is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Keeps the blocks taken before: the ports of a block may still be in use. */
    private static void takeBlock() {
        try {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"),
                    "subrelay-test-ports-" + System.getProperty("user.name"));
            Files.createDirectories(folder);
            int start = ThreadLocalRandom.current().nextInt(BLOCKS);
            for (int i = 0; i < BLOCKS; i++) {
                int block = (start + i) % BLOCKS;
                FileChannel file = FileChannel.open(folder.resolve(String.valueOf(block)),
                        StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = tryLock(file);
                if (lock != null) {
                    LOCKS.add(lock);
                    next = FIRST + block * BLOCK;
                    end = next + BLOCK;
                    return;
                }
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("other test runs hold all ports");
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
