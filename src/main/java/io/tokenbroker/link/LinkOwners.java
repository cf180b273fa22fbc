package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Whether a link's owner may use it: active in FusionAuth and registered for the application. Blocks. */
@Singleton
class LinkOwners {

    private final UserApi users;
    private final Clock clock;
    private final BrokerSettings.Accounts settings;

    private final Cache<UUID, Read> reads =
            Caffeine.newBuilder().maximumSize(200_000).build();

    LinkOwners(UserApi users, BrokerSettings settings, Clock clock) {
        this.users = users;
        this.settings = settings.accounts();
        this.clock = clock;
    }

    /**
     * As read at most {@code recheck-after} ago, one read for all links of the user.
     *
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked, or not by this API key
     */
    Read of(UUID userId) {
        var now = clock.instant();
        if (!settings.requireActiveUser()) {
            return new Read(true, now);
        }
        var read = reads.getIfPresent(userId);
        if (read == null || !read.isFresh(now, settings.recheckAfter())) {
            read = new Read(users.isActive(userId), now);
            reads.put(userId, read);
        }
        return read;
    }

    /** @param at when FusionAuth was asked */
    record Read(boolean isActive, Instant at) {

        private boolean isFresh(Instant now, Duration lifetime) {
            return !now.isBefore(at) && now.isBefore(at.plus(lifetime));
        }
    }
}
