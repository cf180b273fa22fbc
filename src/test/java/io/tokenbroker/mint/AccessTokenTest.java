package io.tokenbroker.mint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessTokenTest {

    private static final Instant ISSUED = Instant.parse("2026-01-01T10:00:00Z");
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void aTokenIsUsableToTheInstantWhereWhatWasAskedIsLeft() {
        var token = living(Duration.ofHours(1));
        var edge = ISSUED.plus(Duration.ofMinutes(55));

        assertThat(token.usableAt(edge, Duration.ofMinutes(5))).isTrue();
        assertThat(token.usableAt(edge.plus(MILLI), Duration.ofMinutes(5))).isFalse();
    }

    @Test
    void askedForNothingATokenIsUsableUntilItExpires() {
        var token = living(Duration.ofHours(1));
        var end = ISSUED.plus(Duration.ofHours(1));

        assertThat(token.usableAt(end.minus(MILLI), Duration.ZERO)).isTrue();
        assertThat(token.usableAt(end, Duration.ZERO)).isFalse();
        assertThat(token.isValidAt(end.minus(MILLI))).isTrue();
        assertThat(token.isValidAt(end)).isFalse();
    }

    @Test
    void aTokenThatNeverLivesAsLongAsAskedIsUsableForAFifthOfItsLife() {
        var token = living(Duration.ofSeconds(100));
        var edge = ISSUED.plusSeconds(20);

        assertThat(token.usableAt(edge, Duration.ofMinutes(5))).isTrue();
        assertThat(token.usableAt(edge.plus(MILLI), Duration.ofMinutes(5))).isFalse();
        assertThat(token.usableAt(edge, Duration.ofSeconds(100))).isTrue();
    }

    @Test
    void aTokenWithoutLifeIsNeverUsable() {
        var token = living(Duration.ZERO);

        assertThat(token.usableAt(ISSUED, Duration.ZERO)).isFalse();
        assertThat(token.usableAt(ISSUED, Duration.ofMinutes(5))).isFalse();
    }

    @Test
    void aTokenDoesNotPrintItsValue() {
        assertThat(living(Duration.ofHours(1)).toString()).doesNotContain("the-token");
    }

    private static AccessToken living(Duration life) {
        return new AccessToken(Secret.of("the-token"), ISSUED, ISSUED.plus(life), Optional.empty());
    }
}
