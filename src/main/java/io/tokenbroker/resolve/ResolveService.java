package io.tokenbroker.resolve;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.complete.Completed;
import io.tokenbroker.complete.LinkingProblems;
import io.tokenbroker.complete.PendingLinks;
import io.tokenbroker.complete.PendingLinks.PendingLinkSeal;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.fusionauth.PendingLinkApi;
import io.tokenbroker.fusionauth.PendingLinkApi.LinkWrite;
import io.tokenbroker.fusionauth.PendingLinkApi.PendingLink;
import io.tokenbroker.link.LinkOwners;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/** Makes a link of a pending one. Blocks. */
@ApplicationScoped
class ResolveService {

    private final PendingLinks pendingLinks;
    private final PendingLinkApi waiting;
    private final LinkApi fusionAuth;
    private final Accounts accounts;
    private final AccountLocks locks;

    /**
     * Identities of the pending links that this replica has resolved. If FusionAuth did not say it to complete, nothing
     * else tells a second try from a first that comes too late.
     */
    private final Cache<Secret, String> resolved;

    ResolveService(
            PendingLinks pendingLinks,
            PendingLinkApi waiting,
            LinkApi fusionAuth,
            Accounts accounts,
            AccountLocks locks,
            CacheBudget memory,
            BrokerSettings settings) {
        this.pendingLinks = pendingLinks;
        this.waiting = waiting;
        this.fusionAuth = fusionAuth;
        this.accounts = accounts;
        this.locks = locks;
        resolved = memory.cache(
                Share.RESOLVED_LINKS,
                Caffeine.newBuilder().expireAfterWrite(settings.authorization().stateLifetime()),
                (pending, identity) -> 300 + 2 * pending.length() + 2 * identity.length());
    }

    Completed.Linked resolve(Caller.User user, String sealed) {
        var pending = pendingLinks.open(user, sealed);
        return locks.exclusively(
                user.id(),
                pending.providerId(),
                () -> Completed.Linked.of(accounts.authorized(link(identified(pending))), true));
    }

    /** As a rule complete knew who waits; where it did not, that is asked for before anything is written. */
    private PendingLinkSeal identified(PendingLinkSeal pending) {
        return Optional.<String>ofNullable(pending.identity())
                .or(() -> Optional.ofNullable(resolved.getIfPresent(pending.id())))
                .or(() -> whoWaits(pending))
                .map(pending::withIdentity)
                .orElse(pending);
    }

    private Optional<String> whoWaits(PendingLinkSeal pending) {
        // Only the account itself may be authorized again, so then it must be known who waits.
        var found = pending.accountId() == null
                ? pendingLinks.whoWaits(pending.id(), pending.userId())
                : waiting.find(pending.id(), pending.userId());
        found.ifPresent(who -> {
            pending.require(who);
            resolved.put(pending.id(), who.identity());
        });
        return found.map(PendingLink::identity);
    }

    /** Looks first: FusionAuth may not refuse what is linked already, and may take it from its user. */
    private Link link(PendingLinkSeal pending) {
        return asItStands(pending).orElseGet(() -> complete(pending));
    }

    private Link complete(PendingLinkSeal pending) {
        requireRoom(pending);
        return switch (waiting.completePending(pending.id(), pending.userId())) {
            case LinkWrite.Written(var written) -> {
                resolved.put(pending.id(), written.identity());
                // Read again: whether the token came along from the pending link is not documented.
                yield requireOwn(
                        pending,
                        fusionAuth
                                .find(written.providerId(), written.identity())
                                .orElse(written));
            }
            case LinkWrite.Refused refused -> asItStands(pending).orElseThrow(() -> problem(refused));
            case LinkWrite.InDoubt _ ->
                asItStands(pending)
                        .orElseThrow(
                                () -> new BrokerException(
                                        ProblemType.UPSTREAM_ERROR,
                                        "FusionAuth, or something between it and the broker, failed while the link was made. Resolve again; if that does not help, start again."));
        };
    }

    /** Another account may have been linked since the sign-in, or FusionAuth says only now who signed in. */
    private void requireRoom(PendingLinkSeal pending) {
        pendingLinks.whoWaits(pending.id(), pending.userId()).ifPresent(who -> {
            pending.require(who);
            if (who.limitReached()) {
                throw LinkingProblems.linkLimitReached();
            }
        });
    }

    /** FusionAuth's refusals are ambiguous: a link of this user is success, for this was resolved before. */
    private Optional<Link> asItStands(PendingLinkSeal pending) {
        return Optional.ofNullable(pending.identity())
                .flatMap(identity -> fusionAuth.find(pending.providerId(), identity))
                .map(link -> requireOwn(pending, link));
    }

    private static Link requireOwn(PendingLinkSeal pending, Link link) {
        if (!link.userId().equals(pending.userId())) {
            throw new BrokerException(
                    ProblemType.LINKED_TO_ANOTHER_USER,
                    "This account has been linked to another user meanwhile. It must be unlinked there first.");
        }
        return link;
    }

    private static BrokerException problem(LinkWrite.Refused refused) {
        if (refused.says("[invalid]userId") || refused.says("[invalid]identityProviderLink.userId")) {
            // FusionAuth makes no links for a user who is deactivated, or gone.
            return LinkOwners.disabled();
        }
        if (refused.says("[LinkCountExceeded]")) {
            return LinkingProblems.linkLimitReached();
        }
        if (refused.says("[retryableConflict]")) {
            return new BrokerException(
                            ProblemType.FUSIONAUTH_UNAVAILABLE,
                            "FusionAuth was busy with the same link. Resolve again.")
                    .withRetryAfter(Duration.ofSeconds(1));
        }
        return LinkingProblems.pendingLinkExpired();
    }
}
