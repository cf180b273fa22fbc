package io.tokenbroker.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
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

    @Test
    void aTokenIsDueAfterSevenTenthsOfItsLifeATenthMoreOrLess() {
        for (var i = 0; i < 1000; i++) {
            var token = answered(Duration.ofSeconds(1000), Optional.empty());
            assertThat(token.isDueAt(ISSUED.plusSeconds(630).minus(MILLI))).isFalse();
            assertThat(token.isDueAt(ISSUED.plusSeconds(770))).isTrue();
        }
    }

    @Test
    void whenAProviderSaysWhenToComeAgainATokenIsDueThen() {
        for (var i = 0; i < 1000; i++) {
            var token = answered(Duration.ofSeconds(1000), Optional.of(Duration.ofSeconds(400)));
            assertThat(token.isDueAt(ISSUED.plusSeconds(360).minus(MILLI))).isFalse();
            assertThat(token.isDueAt(ISSUED.plusSeconds(440))).isTrue();
        }
    }

    @Test
    void aHintBeyondTheTokensLifeIsNone() {
        var token = answered(Duration.ofSeconds(1000), Optional.of(Duration.ofSeconds(1000)));

        assertThat(token.isDueAt(ISSUED.plusSeconds(770))).isTrue();
    }

    @Test
    void tokensOfOneMomentAreNotDueInOneMoment() {
        assertThat(Stream.generate(() -> answered(Duration.ofHours(1), Optional.empty()))
                        .limit(100)
                        .map(AccessToken::renewAt)
                        .distinct())
                .hasSizeGreaterThan(50);
    }

    private static AccessToken living(Duration life) {
        return answered(life, Optional.empty());
    }

    private static AccessToken answered(Duration life, Optional<Duration> refreshIn) {
        return AccessToken.of(
                new Refreshed(
                        Secret.of("the-token"),
                        Optional.of(life),
                        refreshIn,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                ISSUED,
                ModelMints.provider(UUID.randomUUID(), Rotation.REUSABLE));
    }
}
