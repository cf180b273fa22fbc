package io.tokenbroker.keepalive;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.github.bucket4j.Bucket;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Renewals.Renewal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Looks after account after account, at a pace that their tenants can bear. A failure is that account's alone, but a
 * FusionAuth that answers for none of several accounts ends it.
 */
final class Pass {

    /** The provider did not answer for the accounts before this one. */
    static final Renewal NOT_ASKED = new Renewal.Failed(ProblemType.PROVIDER_UNAVAILABLE.code() + ", not asked again");

    /** So many accounts in a row for which a provider, or FusionAuth, does not answer. */
    private static final int IS_AWAY = 5;

    /** Longer Retry-After: left to the next pass. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final int TURN = 1_000;

    private final GrantKeeper keeper;
    private final Stopping stopping;
    private final Bucket pace;
    private final List<Duration> pauses;
    private final Map<UUID, Integer> unansweredOf = new HashMap<>();
    private int unansweredInARow;

    /**
     * @param rate how many accounts a second, at most
     * @param pauses before each further try while FusionAuth or the store is away. None in the background, where a pause
     *     would hold up all other accounts
     */
    Pass(GrantKeeper keeper, Stopping stopping, int rate, List<Duration> pauses) {
        this.keeper = keeper;
        this.stopping = stopping;
        this.pace = Bucket.builder()
                .addLimit(limit -> limit.capacity(2 * TURN).refillGreedy((long) rate * TURN, Duration.ofSeconds(1)))
                .build();
        this.pauses = pauses;
    }

    /**
     * @return empty if another pass looks at the row
     * @throws BrokerException if FusionAuth is away, as the last accounts have shown
     */
    Optional<Renewal> renew(Due row) {
        var provider = row.id().providerId();
        if (unansweredOf.getOrDefault(provider, 0) >= IS_AWAY) {
            return Optional.of(NOT_ASKED);
        }
        if (!tryFor(() -> keeper.isMine(row))) {
            return Optional.empty();
        }
        // Pauses of uneven length, so that replicas do not keep step.
        pace.asBlocking().consumeUninterruptibly(ThreadLocalRandom.current().nextLong(TURN / 2, 3 * TURN / 2));
        var renewal = tried(row);
        if (renewal instanceof Renewal.Away) {
            unansweredOf.merge(provider, 1, Integer::sum);
        } else {
            unansweredOf.remove(provider);
        }
        return Optional.of(renewal);
    }

    private Renewal tried(Due row) {
        try {
            var renewal = tryFor(() -> keeper.keep(row));
            for (var pause = 0; pause < pauses.size() && waitedFor(renewal); pause++) {
                renewal = tryFor(() -> keeper.keep(row));
            }
            unansweredInARow = 0;
            return renewal;
        } catch (BrokerException failed) {
            if (failed.type() == ProblemType.FUSIONAUTH_UNAVAILABLE && ++unansweredInARow >= IS_AWAY) {
                throw failed;
            }
            return new Renewal.Failed(failed.type().code());
        }
    }

    private boolean waitedFor(Renewal renewal) {
        if (renewal instanceof Renewal.Away(var reason, var retryAfter)
                && retryAfter.filter(wait -> wait.compareTo(LONGEST_PAUSE) <= 0).isPresent()
                && !stopping.isTold()) {
            stopping.pause(retryAfter.get());
            return true;
        }
        return false;
    }

    /**
     * Waits for a FusionAuth or a store that is away for a moment.
     *
     * @throws BrokerException if FusionAuth is still away in the end, and at once if it is something else
     * @throws StoreUnavailable if the store is still away in the end
     */
    <T> T tryFor(Supplier<T> work) {
        for (var pause : pauses) {
            try {
                return work.get();
            } catch (BrokerException | StoreUnavailable failed) {
                if (stopping.isTold() || !isOutage(failed)) {
                    throw failed;
                }
                stopping.pause(pause);
            }
        }
        return work.get();
    }

    private static boolean isOutage(RuntimeException failure) {
        return !(failure instanceof BrokerException other) || other.type() == ProblemType.FUSIONAUTH_UNAVAILABLE;
    }

    /** What has become of the accounts so far. */
    @JsonAutoDetect(fieldVisibility = Visibility.ANY)
    static final class Tally {

        /** Looked through for accounts that the store does not know. */
        private long users;

        /** Accounts that were found so. */
        private long added;

        private long renewed;
        private long healthy;
        private long needPerson;
        private long failed;
        private long gone;

        void addUser(long accountsAdded) {
            users++;
            added += accountsAdded;
        }

        void add(Renewal renewal) {
            switch (renewal) {
                case Renewal.Renewed _ -> renewed++;
                case Renewal.Healthy _ -> healthy++;
                case Renewal.NeedsPerson _ -> needPerson++;
                case Renewal.Failed _, Renewal.Away _ -> failed++;
                case Renewal.Gone _ -> gone++;
            }
        }

        boolean hasFailures() {
            return failed > 0;
        }

        /** @param dryRun whether what is to be done was left as it is */
        String sentence(boolean dryRun) {
            var due = "%d accounts due: %d %s, %d healthy, %d need a person, %d failed, %d without link"
                    .formatted(
                            renewed + healthy + needPerson + failed + gone,
                            renewed,
                            dryRun ? "to renew" : "renewed",
                            healthy,
                            needPerson,
                            failed,
                            gone);
            return users == 0
                    ? due
                    : "%d users, %d accounts %s; %s".formatted(users, added, dryRun ? "to add" : "added", due);
        }
    }
}
