package io.tokenbroker.resolve;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.complete.Completed;
import io.tokenbroker.complete.PendingLinkSeal;
import io.tokenbroker.complete.Refusals;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkWrite;
import io.tokenbroker.fusionauth.PendingLinkApi;
import io.tokenbroker.fusionauth.PendingRead;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.AccountLocks;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Makes a link of a pending one. Blocks. */
@ApplicationScoped
class ResolveService {

    private final Sealer sealer;
    private final LinkApi fusionAuth;
    private final PendingLinkApi pendingLinks;
    private final ResolvedLinks resolved;
    private final Accounts accounts;
    private final AccountLocks locks;
    private final Clock clock;

    ResolveService(
            Sealer sealer,
            LinkApi fusionAuth,
            PendingLinkApi pendingLinks,
            ResolvedLinks resolved,
            Accounts accounts,
            AccountLocks locks,
            Clock clock) {
        this.sealer = sealer;
        this.fusionAuth = fusionAuth;
        this.pendingLinks = pendingLinks;
        this.resolved = resolved;
        this.accounts = accounts;
        this.locks = locks;
        this.clock = clock;
    }

    Completed.Linked resolve(Caller.User user, String sealed) {
        var pending = open(user, sealed);
        return locks.exclusively(
                user.id(),
                pending.providerId(),
                () -> Completed.Linked.of(accounts.authorized(link(user, identified(user, pending)))));
    }

    /** As a rule complete knew who waits; where it did not, that is asked for before anything is written. */
    private PendingLinkSeal identified(Caller.User user, PendingLinkSeal pending) {
        return Optional.<String>ofNullable(pending.identity())
                .or(() -> resolved.identityOf(idOf(pending)))
                .or(() -> whoWaits(user, pending))
                .map(pending::withIdentity)
                .orElse(pending);
    }

    private Optional<String> whoWaits(Caller.User user, PendingLinkSeal pending) {
        return switch (pendingLinks.find(idOf(pending), user.id())) {
            case PendingRead.Waiting(var who) -> {
                pending.require(who);
                resolved.note(idOf(pending), who.identity());
                yield Optional.of(who.identity());
            }
            case PendingRead.Gone gone -> Optional.empty();
            case PendingRead.NotTold(var why) -> {
                // Only the account itself may be authorized again, so it must be known who waits.
                if (pending.accountId() != null) {
                    throw why;
                }
                yield Optional.empty();
            }
        };
    }

    /** Looks first: FusionAuth may not refuse what is linked already, and may take it from its user. */
    private Link link(Caller.User user, PendingLinkSeal pending) {
        return asItStands(user, pending).orElseGet(() -> complete(user, pending));
    }

    private Link complete(Caller.User user, PendingLinkSeal pending) {
        requireRoom(user, pending);
        return switch (fusionAuth.completePending(idOf(pending), user.id())) {
            case LinkWrite.Written(var written) -> {
                resolved.note(idOf(pending), written.identity());
                // Read again: whether the token came along from the pending link is not documented.
                yield requireOwn(user, find(AccountId.of(written)).orElse(written));
            }
            case LinkWrite.Refused refused -> asItStands(user, pending).orElseThrow(() -> problem(refused));
            case LinkWrite.InDoubt inDoubt ->
                asItStands(user, pending)
                        .orElseThrow(
                                () -> new BrokerException(
                                        ProblemType.UPSTREAM_ERROR,
                                        "FusionAuth failed while it made the link. Resolve again; if that does not help, start again."));
        };
    }

    /** Another account may have been linked since the sign-in, or it is told only now who signed in. */
    private void requireRoom(Caller.User user, PendingLinkSeal pending) {
        if (pendingLinks.find(idOf(pending), user.id()) instanceof PendingRead.Waiting(var who)) {
            pending.require(who);
            if (who.limitReached()) {
                throw Refusals.linkLimitReached();
            }
        }
    }

    /** FusionAuth's refusals are ambiguous: a link of this user is success, for this was resolved before. */
    private Optional<Link> asItStands(Caller.User user, PendingLinkSeal pending) {
        return Optional.ofNullable(pending.identity())
                .flatMap(identity -> find(new AccountId(pending.providerId(), identity)))
                .map(link -> requireOwn(user, link));
    }

    private Optional<Link> find(AccountId id) {
        return fusionAuth.find(id.providerId(), id.identity());
    }

    private static Secret idOf(PendingLinkSeal pending) {
        return Secret.of(pending.pendingLinkId());
    }

    private static Link requireOwn(Caller.User user, Link link) {
        if (!link.userId().equals(user.id())) {
            throw new BrokerException(
                    ProblemType.LINKED_TO_ANOTHER_USER,
                    "This account has been linked to another user meanwhile. It must be unlinked there first.");
        }
        return link;
    }

    private PendingLinkSeal open(Caller.User user, String sealed) {
        var pending = sealer.open(PendingLinkSeal.PURPOSE, sealed, PendingLinkSeal.class)
                .filter(opened -> opened.userId().equals(user.id()))
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.INVALID_STATE,
                                "The pending_link_id was not made by this broker for this user. Send back exactly what complete gave."));
        if (!clock.instant().isBefore(pending.expiresAt())) {
            throw expired();
        }
        return pending;
    }

    private static BrokerException problem(LinkWrite.Refused refused) {
        if (refused.says("[LinkCountExceeded]")) {
            return Refusals.linkLimitReached();
        }
        if (refused.says("[retryableConflict]")) {
            return new BrokerException(
                            ProblemType.FUSIONAUTH_UNAVAILABLE,
                            "FusionAuth was busy with the same link. Resolve again.")
                    .withRetryAfter(Duration.ofSeconds(1));
        }
        return expired();
    }

    private static BrokerException expired() {
        return new BrokerException(
                ProblemType.PENDING_LINK_EXPIRED,
                "The pending link is used up or too old. Start again: the person signs in once more.");
    }
}
