package io.tokenbroker.mint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.tokenbroker.account.AccountId;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The access tokens in memory. Its own timer only tidies up: whether a token may be handed out is asked of the token,
 * each time. Nobody reads it who has not been authorized on the account.
 */
@Singleton
class TokenCache {

    private final Cache<Key, AccessToken> tokens;

    TokenCache(Clock clock) {
        tokens = Caffeine.newBuilder()
                .maximumSize(200_000)
                // A wake-up of another thread costs more than its work.
                .executor(Runnable::run)
                .expireAfter(
                        Expiry.<Key, AccessToken>writing((key, token) -> positive(token.remaining(clock.instant()))))
                .build();
    }

    Optional<AccessToken> get(Key key) {
        return Optional.ofNullable(tokens.getIfPresent(key));
    }

    void put(Key key, AccessToken token) {
        tokens.put(key, token);
    }

    /** Drops a token if it is such a one; asked and done at once, so that of two who want it gone one does it. */
    void dropIf(Key key, Predicate<AccessToken> unwanted) {
        tokens.asMap().computeIfPresent(key, (same, token) -> unwanted.test(token) ? null : token);
    }

    private static Duration positive(Duration remaining) {
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }

    /** @param epoch of the account's link: what was minted for an older one is never found again */
    record Key(AccountId account, long epoch, List<String> scopes) {

        Key {
            scopes = List.copyOf(scopes);
        }

        static Key of(Wanted wanted) {
            return new Key(
                    wanted.account(),
                    wanted.remembered().epoch(),
                    wanted.target().scopes());
        }
    }
}
