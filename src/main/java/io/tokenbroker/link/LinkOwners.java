package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.memory.CacheBudget;
import io.tokenbroker.memory.CacheBudget.Share;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/**
 * Whether a link's owner may use it: active in FusionAuth and registered for the application. Links of one user that are
 * read at about the same time share a read of the user. Blocks.
 */
@Singleton
class LinkOwners {

    /** A read serves other links for a sixth of recheck-after, since a link is good for no longer than its owner's read. */
    private static final int SHARED = 6;

    private final UserApi users;
    private final Clock clock;
    private final BrokerSettings.Accounts settings;

    private final Cache<UUID, Read> reads;

    LinkOwners(UserApi users, CacheBudget memory, BrokerSettings settings, Clock clock) {
        this.users = users;
        this.settings = settings.accounts();
        this.clock = clock;
        this.reads = memory.cache(Share.USERS, Caffeine.newBuilder(), (user, read) -> 200);
    }

    /** @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked, or not by this API key */
    Read of(UUID userId) {
        var now = clock.instant();
        if (!settings.requireActiveUser()) {
            return new Read(true, now);
        }
        var read = reads.getIfPresent(userId);
        if (read == null
                || !Window.of(read.at(), settings.recheckAfter().dividedBy(SHARED))
                        .contains(now)) {
            read = new Read(users.isActive(userId), now);
            reads.put(userId, read);
        }
        return read;
    }

    /** @param at when FusionAuth was asked */
    record Read(boolean isActive, Instant at) {}
}
