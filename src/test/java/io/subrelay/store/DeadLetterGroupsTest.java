package io.subrelay.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dead letters with the same reason are one group, whomever they are of. */
class DeadLetterGroupsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"error\":\"timestamp is too old\"} | {\"error\":\"timestamp is too old\"}",
            "{\"error\":\"maya.lind+x@example.com is unknown\"} | {\"error\":\"… is unknown\"}",
            "user 5b8f0c2e-91d4 has 12,000 of 500 | user … has …,… of …",
            "no letters at all: 3f9c | no letters at all: …",
            "`` | ``"})
    void whatDiffersFromEventToEventIsLeftOut(String reason, String group) {
        assertThat(DeadLetterGroups.general(reason)).isEqualTo(group);
    }

    @ParameterizedTest
    @CsvSource({"1000", "161"})
    void aLongReasonIsCut(int length) {
        assertThat(DeadLetterGroups.general("x".repeat(length))).hasSize(160);
        assertThat(DeadLetterGroups.general(null)).isEmpty();
    }

    /** By what is told of a group it is found again: half a character would be another one then. */
    @Test
    void aLongReasonIsNotCutWithinACharacter() {
        String cut = DeadLetterGroups.general("x".repeat(159) + "\ud83d\ude00 is no event");
        assertThat(new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)).isEqualTo(cut);
    }
}
