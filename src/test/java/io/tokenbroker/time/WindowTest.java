package io.tokenbroker.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.time.Time.Window;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Window MINUTE = Window.of(NOON, Duration.ofMinutes(1));

    @Test
    void itBeginsAtItsStartAndIsOverAtItsEnd() {
        assertThat(MINUTE.contains(NOON)).isTrue();
        assertThat(MINUTE.contains(NOON.plusSeconds(59))).isTrue();
        assertThat(MINUTE.contains(NOON.plusSeconds(60))).isFalse();
    }

    @Test
    void aClockThatWasSetBackProlongsNothing() {
        assertThat(MINUTE.contains(NOON.minusSeconds(1))).isFalse();
        assertThat(MINUTE.left(NOON.minusSeconds(1))).isZero();
    }

    @Test
    void whatIsLeftEndsAtZero() {
        assertThat(MINUTE.left(NOON.plusSeconds(20))).isEqualTo(Duration.ofSeconds(40));
        assertThat(MINUTE.left(NOON.plusSeconds(60))).isZero();
    }
}
