package io.tokenbroker.keepalive;

import io.tokenbroker.keepalive.DueGrants.Due;
import io.tokenbroker.mint.Renewal;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Duration;
import java.util.UUID;

/**
 * Looks after account after account, at a pace that their tenants can bear. A failure is that account's alone, but a
 * FusionAuth that answers for none of several accounts ends it.
 */
final class Renewer {

    /** Longer Retry-After: left to the next run. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final int MOST_PAUSES = 3;

    /** So many accounts in a row for which FusionAuth does not answer. */
    private static final int FUSIONAUTH_IS_AWAY = 5;

    private final GrantKeeper keeper;
    private final Pace pace;
    private final Patience patience;
    private final Stopping stopping;
    private final Outages outages = new Outages();
    private int unansweredInARow;

    Renewer(GrantKeeper keeper, Pace pace, Patience patience, Stopping stopping) {
        this.keeper = keeper;
        this.pace = pace;
        this.patience = patience;
        this.stopping = stopping;
    }

    boolean isAway(UUID provider) {
        return outages.isAway(provider);
    }

    /** @throws BrokerException if FusionAuth is away, as the last accounts have shown */
    Renewal renew(Due row) {
        var provider = row.id().providerId();
        if (isAway(provider)) {
            return new Renewal.Failed(ProblemType.PROVIDER_UNAVAILABLE.code() + ", not asked again");
        }
        pace.await();
        var renewal = tried(row);
        outages.note(provider, renewal);
        return renewal;
    }

    private Renewal tried(Due row) {
        try {
            var renewal = patience.tryFor(() -> keeper.keep(row));
            for (var pause = 0; pause < MOST_PAUSES && waitedFor(renewal); pause++) {
                renewal = patience.tryFor(() -> keeper.keep(row));
            }
            unansweredInARow = 0;
            return renewal;
        } catch (BrokerException failed) {
            if (failed.type() == ProblemType.FUSIONAUTH_UNAVAILABLE && ++unansweredInARow >= FUSIONAUTH_IS_AWAY) {
                throw failed;
            }
            return new Renewal.Failed(failed.type().code());
        }
    }

    private boolean waitedFor(Renewal renewal) {
        if (patience.waits()
                && renewal instanceof Renewal.Away(var reason, var retryAfter)
                && retryAfter.filter(wait -> wait.compareTo(LONGEST_PAUSE) <= 0).isPresent()
                && !stopping.isTold()) {
            stopping.pause(retryAfter.get());
            return true;
        }
        return false;
    }
}
