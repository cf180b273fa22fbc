package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.time.Time.Window;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Whether a user may have accounts used: active in FusionAuth and registered for the application. A user is read once for
 * all links. Blocks.
 */
@ApplicationScoped
public class LinkOwners {

    private final UserApi users;
    private final Unsettled unsettled;
    private final Clock clock;
    private final boolean isRequired;
    private final Duration sharedFor;
    private final SingleFlight<Read> readings = new SingleFlight<>();

    final Cache<UUID, Read> reads;

    LinkOwners(UserApi users, Unsettled unsettled, CacheBudget memory, BrokerSettings settings, Clock clock) {
        this.users = users;
        this.unsettled = unsettled;
        this.clock = clock;
        this.reads = memory.cache(Share.USERS, Caffeine.newBuilder(), (user, read) -> 200);
        isRequired = settings.accounts().requireActiveUser();
        // A link is no newer than its owner, and is read ahead at this age: both are read anew together.
        sharedFor = AheadOfTime.dueAfter(settings);
    }

    /**
     * @param notBefore how old what is remembered may be at most
     * @throws BrokerException if FusionAuth cannot be asked, or not by this API key
     */
    Read of(UUID userId, Instant notBefore) {
        return isRequired
                ? recent(userId, notBefore)
                        .orElseGet(() -> readings.share(
                                new Reading(userId, unsettled.changes(), CurrentCaller.name()),
                                // Another reading may have ended since this caller looked.
                                () -> recent(userId, notBefore).orElseGet(() -> read(userId))))
                : new Read(true, clock.instant());
    }

    /** @throws BrokerException if the user is deactivated or not registered, or FusionAuth cannot be asked */
    public void requireActive(UUID userId) {
        if (!of(userId, Instant.MIN).isActive()) {
            throw disabled();
        }
    }

    public static BrokerException disabled() {
        return new BrokerException(
                ProblemType.USER_DISABLED,
                "The account's owner is deactivated in FusionAuth, or not registered for the application. An administrator of FusionAuth decides that; no account is lost.");
    }

    private Optional<Read> recent(UUID userId, Instant notBefore) {
        var now = clock.instant();
        return Optional.ofNullable(reads.getIfPresent(userId))
                .filter(read -> Window.of(read.at(), sharedFor).contains(now)
                        && !read.at().isBefore(notBefore))
                .filter(read -> unsettled.trusts(userId, read.at(), now));
    }

    void forget(UUID userId) {
        reads.invalidate(userId);
    }

    private Read read(UUID userId) {
        var now = clock.instant();
        var read = new Read(users.isActive(userId), now);
        reads.put(userId, read);
        return read;
    }

    /** @param at when FusionAuth was asked */
    record Read(boolean isActive, Instant at) {}

    /**
     * @param changes that FusionAuth has told of: a caller after one does not join a reading from before
     * @param caller that asks. Callers do not share a read, because the bulkhead may refuse one and not the other
     */
    private record Reading(UUID userId, long changes, String caller) {}
}
