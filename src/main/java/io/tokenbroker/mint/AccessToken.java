package io.tokenbroker.mint;

import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** An access token of a linked account. */
record AccessToken(Secret value, Instant issuedAt, Expiry expiry, Optional<String> scope) {

    AccessToken(Secret value, Instant issuedAt, Instant expiresAt, Optional<String> scope) {
        this(value, issuedAt, Expiry.at(expiresAt), scope);
    }

    Instant expiresAt() {
        return expiry.at();
    }

    /**
     * Whether it may be handed out to somebody who wants it valid for this long. A tenant whose tokens never live that
     * long is not asked each time: then the first fifth of a token's life must do.
     */
    boolean usableAt(Instant now, Duration validity) {
        var lifetime = Duration.between(issuedAt, expiresAt());
        var needed = lifetime.compareTo(validity) > 0
                ? validity
                : lifetime.multipliedBy(4).dividedBy(5);
        return !remaining(now).minus(needed).isNegative() && isValidAt(now);
    }

    boolean isValidAt(Instant now) {
        return now.isBefore(expiresAt());
    }

    Duration remaining(Instant now) {
        return Duration.between(now, expiresAt());
    }

    /** An end in whole seconds, as tenants count, with its text: that is written with each answer and is dear to make. */
    record Expiry(Instant at, String text) {

        static Expiry at(Instant end) {
            var seconds = end.truncatedTo(ChronoUnit.SECONDS);
            return new Expiry(seconds, seconds.toString());
        }
    }
}
