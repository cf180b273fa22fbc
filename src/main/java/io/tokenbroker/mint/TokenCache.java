package io.tokenbroker.mint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.tokenbroker.memory.CacheBudget;
import io.tokenbroker.memory.CacheBudget.Share;
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
class TokenCache {

    private final Cache<Wanted.Key, Cached> tokens;

    TokenCache(CacheBudget memory, Clock clock) {
        var caffeine = Caffeine.newBuilder()
                // A wake-up of another thread costs more than its work.
                .executor(Runnable::run)
                .expireAfter(Expiry.<Wanted.Key, Cached>writing(
                        (key, cached) -> positive(cached.token().remaining(clock.instant()))));
        tokens = memory.cache(
                Share.ACCESS_TOKENS,
                caffeine,
                (key, cached) -> key.bytes() + cached.token().bytes());
    }

    /** The token, if no other replica can have replaced it since. */
    Optional<AccessToken> get(Wanted wanted) {
        return Optional.ofNullable(tokens.getIfPresent(key(wanted)))
                .filter(cached -> cached.changes() == wanted.remembered().changes())
                .map(Cached::token);
    }

    /** The token, also if another replica may have replaced it. */
    Optional<AccessToken> getAnyway(Wanted wanted) {
        return Optional.ofNullable(tokens.getIfPresent(key(wanted))).map(Cached::token);
    }

    void put(Wanted wanted, AccessToken token) {
        tokens.put(key(wanted), new Cached(token, wanted.remembered().changes()));
    }

    /** Atomically removes the token if it matches. */
    void dropIf(Wanted wanted, Predicate<AccessToken> unwanted) {
        tokens.asMap().computeIfPresent(key(wanted), (same, cached) -> unwanted.test(cached.token()) ? null : cached);
    }

    private static Duration positive(Duration remaining) {
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }

    /** Whatever claims a token was got with, it is the newest for its scopes. */
    private static Wanted.Key key(Wanted wanted) {
        return new Wanted.Key(
                wanted.account(), wanted.remembered().epoch(), wanted.target().scopes(), Optional.empty());
    }

    /** @param changes of the account's row by others, when the token was got */
    private record Cached(AccessToken token, long changes) {}
}
