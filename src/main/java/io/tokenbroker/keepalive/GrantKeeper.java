package io.tokenbroker.keepalive;

import io.tokenbroker.keepalive.DueGrants.Due;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Renewals;
import io.tokenbroker.refresh.Renewals.Renewal;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Looks after one account whose row is due: is its link still there, and does its refresh token need renewal? Blocks. */
@Singleton
class GrantKeeper {

    /** The next look at an account that could not be renewed now; earlier where tokens are renewed more often. */
    private static final Duration SOON = Duration.ofHours(1);

    /** The next look at an account that only others can change. */
    private static final Duration TOMORROW = Duration.ofDays(1);

    private final DueGrants due;
    private final RememberedLinks links;
    private final Renewals renewals;
    private final Duration after;
    private final Duration soon;
    private final Clock clock;

    GrantKeeper(DueGrants due, RememberedLinks links, Renewals renewals, BrokerSettings settings, Clock clock) {
        this.due = due;
        this.links = links;
        this.renewals = renewals;
        this.after = settings.keepAlive().after();
        this.soon = after.compareTo(SOON) < 0 ? after : SOON;
        this.clock = clock;
    }

    /** Refresh tokens that were issued before are due. */
    Instant issuedBefore() {
        return clock.instant().minus(after);
    }

    /** Whether this caller is the one to look at the row; several replicas find it due at once. */
    boolean isMine(Due row) {
        return due.postpone(row, row.goneSince().isPresent() || row.isMarked() ? TOMORROW : soon);
    }

    /** @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked */
    Renewal keep(Due row) {
        var account = links.read(row.id());
        if (account.isEmpty()) {
            due.gone(row);
            return new Renewal.Gone();
        }
        if (row.goneSince().isPresent()) {
            due.isThere(row);
        }
        var isAnothers = account.get().version() != row.version();
        var before = issuedBefore();
        if (isAnothers || !row.issuedAt().isBefore(before)) {
            return new Renewal.Healthy();
        }
        if (row.isMarked()) {
            return new Renewal.NeedsPerson(ProblemType.REAUTHORIZATION_REQUIRED.code());
        }
        var renewal = renewals.renew(account.get(), before);
        if (renewal instanceof Renewal.NeedsPerson) {
            due.postponeAgain(row, TOMORROW);
        }
        return renewal;
    }
}
