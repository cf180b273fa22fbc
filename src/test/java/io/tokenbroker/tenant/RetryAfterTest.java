package io.tokenbroker.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.tenant.RefreshGrant.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

    @Test
    void secondsAreTakenAsTheyAre() {
        assertThat(RetryAfter.parse(" 90 ", NOW)).contains(Duration.ofSeconds(90));
    }

    @Test
    void aDateIsTheTimeUntilThen() {
        assertThat(RetryAfter.parse("Thu, 01 Jan 2026 10:02:00 GMT", NOW)).contains(Duration.ofMinutes(2));
    }

    @Test
    void aDateInThePastIsNow() {
        assertThat(RetryAfter.parse("Thu, 01 Jan 2026 09:00:00 GMT", NOW)).contains(Duration.ZERO);
    }

    @Test
    void neitherFormMayAskForMoreThanAnHour() {
        assertThat(RetryAfter.parse("86400", NOW)).contains(Duration.ofHours(1));
        assertThat(RetryAfter.parse("Fri, 02 Jan 2026 10:00:00 GMT", NOW)).contains(Duration.ofHours(1));
    }

    @Test
    void whatIsNeitherIsAsGoodAsNothing() {
        assertThat(RetryAfter.parse("", NOW)).isEmpty();
        assertThat(RetryAfter.parse("-5", NOW)).isEmpty();
        assertThat(RetryAfter.parse("soon", NOW)).isEmpty();
        assertThat(RetryAfter.parse("99999999999999999999", NOW)).isEmpty();
    }
}
