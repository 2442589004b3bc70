package io.subrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A runner that has no memory left ends, also where it was started without Java's own option for that. */
class OutOfMemoryTest {

    /** Ends with the status 7 where it is left running. */
    public static final class Failing {
        public static void main(String[] args) {
            OutOfMemory.exit(new IllegalStateException("of another kind"));
            OutOfMemory.exit(args.length > 0 ? new IllegalStateException(new OutOfMemoryError("for a test")) : null);
            System.exit(7);
        }
    }

    @Test
    void endsTheProcess() throws Exception {
        assertThat(status("memory")).isEqualTo(3);
        assertThat(status()).isEqualTo(7);
    }

    private static int status(String... arguments) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Path.of("target/classes") + ":" + Path.of("target/test-classes");
        ProcessBuilder process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", classes,
                Failing.class.getName());
        process.command().addAll(List.of(arguments));
        return process.inheritIO().start().waitFor();
    }
}
