package io.subrelay.command;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** The lines of a file, plain or gzip, read one after the other: of a long line no more is kept than may be sent. */
final class Lines implements AutoCloseable {

    /**
     * A line.
     *
     * @param number from 1
     * @param bytes  without its end, and without what is beyond the maximum
     */
    record Line(long number, byte[] bytes) {

        boolean isBlank() {
            return new String(bytes, StandardCharsets.ISO_8859_1).isBlank();
        }
    }

    private static final int GZIP = 0x8b1f;

    private final long size;
    private final int maxLength;
    private final FileChannel file;
    private final InputStream in;
    private final boolean gzip;
    private long number;
    private long taken;

    /** @param maxLength of a line, bytes */
    Lines(Path path, int maxLength) throws IOException {
        this.size = Files.size(path);
        this.maxLength = maxLength;
        this.file = FileChannel.open(path);
        BufferedInputStream buffered = new BufferedInputStream(Channels.newInputStream(file), 1 << 16);
        buffered.mark(2);
        this.gzip = (buffered.read() | buffered.read() << 8) == GZIP;
        buffered.reset();
        this.in = gzip ? new BufferedInputStream(new GZIPInputStream(buffered, 1 << 16), 1 << 16) : buffered;
    }

    /** The next line, or null at the end. */
    Line next() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        int length = 0;
        int read = in.read();
        if (read < 0) {
            return null;
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (length++ < maxLength) {
                bytes.write(read);
            }
        }
        number++;
        taken += length + 1;
        byte[] line = bytes.toByteArray();
        boolean carriageReturn = line.length > 0 && line[line.length - 1] == '\r';
        return new Line(number, carriageReturn ? Arrays.copyOf(line, line.length - 1) : line);
    }

    /** How much of the file has been told, from 0 to 1; of a gzip file how much has been read. */
    double done() throws IOException {
        return size == 0 ? 1 : Math.min(1, (double) (gzip ? file.position() : taken) / size);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
