package io.tokenbroker.mint;

import io.tokenbroker.grant.Look.SharedToken;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An access token of a linked account.
 *
 * @param renewAt from when on a newer one should be got before anybody has to wait for it
 * @param answer how the answers begin that it is handed out with from the cache
 */
public record AccessToken(
        Secret value,
        Instant issuedAt,
        Expiry expiry,
        Instant renewAt,
        Optional<String> scope,
        TokenAnswer.Beginning answer) {

    /** A token that was asked for at {@code askedAt}; tokens of one moment are not renewed in one moment. */
    static AccessToken of(Refreshed refreshed, Instant askedAt) {
        var life = refreshed.expiresIn();
        var renewIn = refreshed
                .refreshIn()
                .filter(hint -> hint.compareTo(life) < 0)
                .orElse(life.multipliedBy(7).dividedBy(10));
        var jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
        var expiry = Expiry.at(askedAt.plus(life));
        return new AccessToken(
                refreshed.accessToken(),
                askedAt,
                expiry,
                askedAt.plusMillis(Math.round(renewIn.toMillis() * jitter)),
                refreshed.scope(),
                TokenAnswer.Beginning.of(refreshed.accessToken(), expiry.text(), refreshed.scope()));
    }

    /** A token that the store shares. */
    static AccessToken of(SharedToken shared) {
        var expiry = Expiry.at(shared.expiresAt());
        return new AccessToken(
                shared.value(),
                shared.issuedAt(),
                expiry,
                shared.renewAt(),
                shared.scope(),
                TokenAnswer.Beginning.of(shared.value(), expiry.text(), shared.scope()));
    }

    SharedToken shared() {
        return new SharedToken(value, scope, issuedAt, expiresAt(), renewAt);
    }

    public Instant expiresAt() {
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

    boolean isDueAt(Instant now) {
        return !now.isBefore(renewAt);
    }

    boolean isValidAt(Instant now) {
        return now.isBefore(expiresAt());
    }

    /** For how many whole seconds it is valid from now. */
    public long expiresIn(Instant now) {
        return Math.max(0, remaining(now).toSeconds());
    }

    Duration remaining(Instant now) {
        return Duration.between(now, expiresAt());
    }

    /** An end in whole seconds, as tenants count, with its text. */
    record Expiry(Instant at, String text) {

        static Expiry at(Instant end) {
            var seconds = end.truncatedTo(ChronoUnit.SECONDS);
            return new Expiry(seconds, seconds.toString());
        }
    }
}
