package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What this broker has asked for without hearing what came of it: each may still be carried out until some instant. */
class Unheard {

    private final Cache<Written, Instant> abandoned = memory();
    private final Cache<AccountId, Instant> awaited = memory();

    /** Gives up a shadow that this broker held, since what it asked for may meet whatever is done next. */
    void abandon(Shadow shadow, Instant until) {
        abandoned.put(Written.of(shadow), until);
    }

    /** Until when a shadow is to be left alone. */
    Optional<Instant> abandonedUntil(Shadow shadow) {
        return Optional.ofNullable(abandoned.getIfPresent(Written.of(shadow)));
    }

    /** Expects a shadow, with a token that would bring back the account if that were unlinked meanwhile. */
    void await(Shadow shadow, Instant until) {
        awaited.put(Shadow.accountOf(shadow.link()), until);
    }

    /** Until when such a shadow of the account may appear. */
    Optional<Instant> awaitedUntil(AccountId id) {
        return Optional.ofNullable(awaited.getIfPresent(id));
    }

    private static <K> Cache<K, Instant> memory() {
        return Caffeine.newBuilder().maximumSize(10_000).build();
    }

    /** One writing of a shadow: the same name may be used again. */
    private record Written(UUID providerId, String identity, Instant since) {
        static Written of(Shadow shadow) {
            return new Written(shadow.link().providerId(), shadow.link().identity(), shadow.since());
        }
    }
}
