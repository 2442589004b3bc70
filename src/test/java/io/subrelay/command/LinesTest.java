package io.subrelay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {

    /** What is read ahead is not done: a thousand ids take RevenueCat's API minutes. */
    @Test
    void areDoneAsTheyAreTold(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("ids.csv"), Collections.nCopies(1_000, "app:user/1"));
        try (Lines lines = new Lines(file, 100)) {
            for (int i = 0; i < 250; i++) {
                lines.next();
            }
            assertThat(lines.done()).isCloseTo(0.25, within(0.001));
        }
    }
}
