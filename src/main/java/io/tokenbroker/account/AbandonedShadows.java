package io.tokenbroker.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Shadows that this broker held and gave up, since a request of its own may still be on its way. */
class AbandonedShadows {

    private final Cache<Written, Instant> untils =
            Caffeine.newBuilder().maximumSize(10_000).build();

    void put(Shadow shadow, Instant until) {
        untils.put(Written.of(shadow), until);
    }

    /** Until when it is to be left alone. */
    Optional<Instant> until(Shadow shadow) {
        return Optional.ofNullable(untils.getIfPresent(Written.of(shadow)));
    }

    /** One writing of a shadow: the same name may be used again. */
    private record Written(UUID providerId, String identity, Instant since) {
        static Written of(Shadow shadow) {
            return new Written(shadow.link().providerId(), shadow.link().identity(), shadow.since());
        }
    }
}
