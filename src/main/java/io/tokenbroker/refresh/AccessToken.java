package io.tokenbroker.refresh;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An access token of a linked account.
 *
 * @param expiresAt in whole seconds, as tenants count
 * @param renewAt from when on a newer one is got in the background
 * @param answer how all answers begin that it is handed out with
 */
public record AccessToken(
        Secret value, Instant issuedAt, Instant expiresAt, Instant renewAt, Optional<String> scope, Beginning answer) {

    /** How long a token is valid at least, unless the caller asks for more or less. */
    public static final Duration USUAL_VALIDITY = Duration.ofMinutes(5);

    /** A token that was asked for at {@code askedAt}; tokens of one moment are not renewed in one moment. */
    public static AccessToken of(Refreshed refreshed, Instant askedAt, Provider provider) {
        var life = refreshed.expiresIn().orElse(provider.defaultLifetime());
        var renewIn = refreshed
                .refreshIn()
                .filter(hint -> hint.compareTo(life) < 0)
                .orElse(life.multipliedBy(7).dividedBy(10));
        var jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
        var renewAt = askedAt.plusMillis(Math.round(renewIn.toMillis() * jitter));
        return of(new SharedToken(refreshed.accessToken(), refreshed.scope(), askedAt, askedAt.plus(life), renewAt));
    }

    /** A token that the store shares. */
    public static AccessToken of(SharedToken shared) {
        var expiresAt = shared.expiresAt().truncatedTo(ChronoUnit.SECONDS);
        return new AccessToken(
                shared.value(),
                shared.issuedAt(),
                expiresAt,
                shared.renewAt(),
                shared.scope(),
                Beginning.of(shared.value(), expiresAt, shared.scope()));
    }

    /** About what it takes in memory: its value, the same as JSON in two widths, and as the beginning of answers. */
    int bytes() {
        return 300 + 4 * value.length() + answer.bytes().length;
    }

    public SharedToken shared() {
        return new SharedToken(value, scope, issuedAt, expiresAt, renewAt);
    }

    /**
     * Whether it stays valid for this long. A tenant that never gives such a token is not asked each time: then the first
     * fifth of a token's life must do.
     */
    public boolean usableAt(Instant now, Duration validity) {
        var lifetime = Duration.between(issuedAt, expiresAt);
        var needed = lifetime.compareTo(validity) > 0
                ? validity
                : lifetime.multipliedBy(4).dividedBy(5);
        return !remaining(now).minus(needed).isNegative() && isValidAt(now);
    }

    public boolean isDueAt(Instant now) {
        return !now.isBefore(renewAt);
    }

    public boolean isValidAt(Instant now) {
        return now.isBefore(expiresAt);
    }

    /** For how many whole seconds it is valid from now. */
    public long expiresIn(Instant now) {
        return Math.max(0, remaining(now).toSeconds());
    }

    Duration remaining(Instant now) {
        return Duration.between(now, expiresAt);
    }

    /** The first fields of an answer, which hold the token and so never print. */
    public static final class Beginning {

        private static final JsonFactory JSON = JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                .build();

        private final byte[] written;

        private Beginning(byte[] written) {
            this.written = written;
        }

        /** What all answers with one token have in common: a token is handed out far more often than it changes. */
        private static Beginning of(Secret accessToken, Instant expiresAt, Optional<String> scope) {
            var written = new ByteArrayOutputStream();
            try (var json = JSON.createGenerator(written)) {
                json.writeStartObject();
                json.writeFieldName("access_token");
                json.writeString(accessToken.json());
                json.writeStringField("token_type", "Bearer");
                json.writeStringField("expires_at", expiresAt.toString());
                json.writeStringField("scope", scope.orElse(null));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return new Beginning(written.toByteArray());
        }

        public byte[] bytes() {
            return written;
        }
    }

    /** A token for the caller, and where it came from. */
    public record Minted(AccessToken token, Source source) {

        public enum Source {
            CACHE,
            REFRESH,
            STALE;

            /** As callers and metrics have it. */
            public final String word = name().toLowerCase(Locale.ROOT);
        }
    }
}
