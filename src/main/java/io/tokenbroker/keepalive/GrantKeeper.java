package io.tokenbroker.keepalive;

import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.fusionauth.UserApi.Page;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Renewals;
import io.tokenbroker.refresh.Renewals.Renewal;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

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
    private final AuditLog audit;
    private final Duration after;
    private final Duration soon;
    private final Clock clock;

    GrantKeeper(
            DueGrants due,
            RememberedLinks links,
            Renewals renewals,
            AuditLog audit,
            BrokerSettings settings,
            Clock clock) {
        this.due = due;
        this.links = links;
        this.renewals = renewals;
        this.audit = audit;
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
        var owner = account.get().link().userId();
        audit.writeOfBroker(Action.RENEW, row.id(), owner, renewal.outcome(), Origin.within(Door.KEEP_ALIVE));
        if (renewal instanceof Renewal.NeedsPerson) {
            due.postponeAgain(row, TOMORROW);
        }
        return renewal;
    }

    /** Finds accounts that the store does not know, such as those that were linked elsewhere, and begins their rows. Blocks. */
    @Singleton
    static class Discovery {

        private final UserApi users;
        private final LinkApi fusionAuth;
        private final RememberedLinks links;
        private final Grants grants;

        Discovery(UserApi users, LinkApi fusionAuth, RememberedLinks links, Grants grants) {
            this.users = users;
            this.fusionAuth = fusionAuth;
            this.links = links;
            this.grants = grants;
        }

        /** @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked */
        Page page(Position from) {
            return users.page(from);
        }

        /**
         * Begins the rows of a user's unknown accounts; returns how many there were.
         *
         * @throws StoreUnavailable if the store does not say what it knows, or does not take a row
         */
        long add(UUID user, boolean dryRun) {
            return fusionAuth.ofUser(user).stream()
                    .filter(link -> link.token().isPresent() && add(link, dryRun))
                    .count();
        }

        private boolean add(Link link, boolean dryRun) {
            return switch (grants.look(link, List.of())) {
                case Look.Away _ -> throw new StoreUnavailable("it cannot be asked");
                case Look.Counting _ -> false;
                case Look.Foreign(var version) -> {
                    if (!dryRun) {
                        // Read again: a row of a newer sign-in must not go back to this one.
                        links.read(AccountId.of(link)).ifPresent(now -> begin(now.link(), version));
                    }
                    yield true;
                }
            };
        }

        private void begin(Link link, long version) {
            var isBegun = link.token().isEmpty() || grants.startOver(link, version);
            if (!isBegun && !(grants.look(link, List.of()) instanceof Look.Counting)) {
                throw new StoreUnavailable("it has not taken a row");
            }
        }
    }
}
