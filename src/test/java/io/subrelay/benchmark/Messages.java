package io.subrelay.benchmark;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** HTTP/1.1 messages as they come in on one connection. */
final class Messages {

    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length:";
    private static final String CHUNKED = "\r\ntransfer-encoding: chunked";

    private ByteBuffer buffer = ByteBuffer.allocate(8192);

    /** Reads what is there. */
    void read(SocketChannel channel) throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.flip();
            buffer = ByteBuffer.allocate(buffer.capacity() * 4).put(buffer);
        }
        if (channel.read(buffer) < 0) {
            throw new EOFException();
        }
    }

    /** The next message, head and body, or null if it is not complete yet. */
    byte[] next() {
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
        int head = find(bytes, 0, HEAD_END);
        int end = head < 0 ? -1 : end(bytes, head + HEAD_END.length);
        if (end < 0 || end > bytes.length) {
            return null;
        }
        buffer.flip().position(end);
        buffer.compact();
        return Arrays.copyOf(bytes, end);
    }

    private static int end(byte[] bytes, int body) {
        String head = new String(bytes, 0, body, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        int length = head.indexOf(LENGTH);
        if (length >= 0) {
            return body + (int) number(bytes, length + LENGTH.length());
        }
        int last = head.contains(CHUNKED) ? find(bytes, body - 2, LAST_CHUNK) : body - LAST_CHUNK.length;
        return last < 0 ? -1 : last + LAST_CHUNK.length;
    }

    /** Where a text begins, from a place on; -1 if it does not come. */
    static int find(byte[] bytes, int from, byte[] text) {
        for (int i = from; i <= bytes.length - text.length; i++) {
            if (bytes[i] == text[0] && Arrays.equals(bytes, i, i + text.length, text, 0, text.length)) {
                return i;
            }
        }
        return -1;
    }

    /** The number at a place, blanks before it aside. */
    static long number(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] == ' ') {
            at++;
        }
        long number = 0;
        for (; at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
            number = number * 10 + bytes[at] - '0';
        }
        return number;
    }
}
