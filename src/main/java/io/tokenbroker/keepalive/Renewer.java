package io.tokenbroker.keepalive;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.mint.Renewal;
import io.tokenbroker.mint.Renewals;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Duration;

/** Renews account after account at a pace that their tenants can bear. What fails is that account's failure alone. */
final class Renewer {

    /** A tenant that wants to be left alone for longer is, until the next run. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final int MOST_PAUSES = 3;

    private final Renewals renewals;
    private final Pace pace;
    private final Patience patience;
    private final Stopping stopping;
    private final Outages outages = new Outages();

    Renewer(Renewals renewals, Pace pace, Patience patience, Stopping stopping) {
        this.renewals = renewals;
        this.pace = pace;
        this.patience = patience;
        this.stopping = stopping;
    }

    Renewal renew(Link link) {
        if (outages.isAway(link.providerId())) {
            return new Renewal.Failed(ProblemType.PROVIDER_UNAVAILABLE.code() + ", not asked again");
        }
        pace.await();
        var renewal = tried(link);
        outages.note(link.providerId(), renewal);
        return renewal;
    }

    private Renewal tried(Link link) {
        try {
            var renewal = patience.tryFor(() -> renewals.renew(link));
            for (var pause = 0; pause < MOST_PAUSES && waitedFor(renewal); pause++) {
                renewal = patience.tryFor(() -> renewals.renew(link));
            }
            return renewal;
        } catch (BrokerException failed) {
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
}
