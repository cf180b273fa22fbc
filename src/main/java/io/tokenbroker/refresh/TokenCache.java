package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The access tokens in memory. Its own timer only tidies up: whether a token may be handed out is asked of the token,
 * each time. Read only after the caller was authorized on the account.
 */
@Singleton
public class TokenCache {

    private final Cache<TokenSpec.Key, Cached> tokens;
    private final Clock clock;

    public TokenCache(CacheBudget memory, Clock clock) {
        this.clock = clock;
        var caffeine = Caffeine.newBuilder()
                .expireAfter(Expiry.<TokenSpec.Key, Cached>writing(
                        (key, cached) -> positive(cached.token().remaining(clock.instant()))));
        tokens = memory.cache(
                Share.ACCESS_TOKENS,
                caffeine,
                (key, cached) -> key.bytes() + cached.token().bytes());
    }

    /** The token that was got with the same claims or none, if no other replica can have replaced it since. */
    public Optional<AccessToken> get(TokenSpec spec) {
        return Optional.ofNullable(tokens.getIfPresent(spec.key()))
                .filter(cached -> cached.changes() == spec.remembered().changes())
                .map(Cached::token);
    }

    /** The newest token, also if another replica may have replaced it. */
    public Optional<AccessToken> getAnyway(TokenSpec spec) {
        return Optional.ofNullable(tokens.getIfPresent(newest(spec))).map(Cached::token);
    }

    /**
     * Whether a refresh passes over a token that others would take.
     *
     * @param shared the token that the store has; without it the newest in memory counts, or one that other claims got
     */
    public boolean passesOver(TokenSpec spec, Optional<AccessToken> shared) {
        return shared.or(() -> getAnyway(spec))
                .or(() -> spec.claims()
                        .map(_ -> tokens.getIfPresent(challenged(spec)))
                        .map(Cached::token))
                .filter(token -> token.usableAt(clock.instant(), AccessToken.USUAL_VALIDITY))
                .isPresent();
    }

    /** Whatever claims a token was got with, it is the newest for its scopes, unless it may be challenged. */
    public void put(TokenSpec spec, AccessToken token) {
        var cached = new Cached(token, spec.remembered().changes());
        tokens.put(spec.mayBeChallenged() ? challenged(spec) : newest(spec), cached);
        if (spec.claims().isPresent()) {
            tokens.put(spec.key(), cached);
        }
    }

    /** Atomically removes the newest token if it matches. */
    public void dropIf(TokenSpec spec, Predicate<AccessToken> unwanted) {
        tokens.asMap().computeIfPresent(newest(spec), (same, cached) -> unwanted.test(cached.token()) ? null : cached);
    }

    private static Duration positive(Duration remaining) {
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }

    private static TokenSpec.Key newest(TokenSpec spec) {
        return spec.key(Optional.empty());
    }

    /** Requests never have empty claims, so no request has this key. */
    private static TokenSpec.Key challenged(TokenSpec spec) {
        return spec.key(Optional.of(""));
    }

    /** @param changes of the account's row by others, when the token was got */
    private record Cached(AccessToken token, long changes) {}
}
