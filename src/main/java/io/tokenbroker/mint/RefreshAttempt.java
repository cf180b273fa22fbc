package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.grant.Lease;
import io.tokenbroker.grant.Look;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrant;
import io.tokenbroker.tenant.RefreshGrants;
import io.tokenbroker.tenant.RefreshGrants.Permission;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Breadth;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unusable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;

/** One refresh at the tenant: take the lease, send, keep what came, hand it out. Blocks. */
@ApplicationScoped
class RefreshAttempt {

    private final Grants grants;
    private final RefreshGrants tenant;
    private final RememberedLinks links;
    private final Providers providers;
    private final TokenCache cache;
    private final RecentOutcomes recent;
    private final Clock clock;

    RefreshAttempt(
            Grants grants,
            RefreshGrants tenant,
            RememberedLinks links,
            Providers providers,
            TokenCache cache,
            RecentOutcomes recent,
            Clock clock) {
        this.grants = grants;
        this.tenant = tenant;
        this.links = links;
        this.providers = providers;
        this.cache = cache;
        this.recent = recent;
        this.clock = clock;
    }

    /** How an attempt ended. */
    sealed interface Result {

        record Ended(Landing landing) implements Result {}

        /** @param wanted with the link and the provider as they are by now */
        record LookAgain(Wanted wanted) implements Result {}
    }

    /** Refreshes under a lease on the row as it was seen. */
    Result underLease(Wanted wanted, Look.Counting row) {
        var turn = new Turn(wanted, row.version());
        var askedAt = clock.instant();
        try {
            var outcome = sent(wanted, turn);
            if (turn.storeIsAway) {
                return withoutStore(wanted);
            }
            if (outcome.isEmpty()) {
                return new Result.LookAgain(wanted);
            }
            return turn.lease
                    .map(lease -> new LeasedAttempt(this, lease, row, askedAt).settled(wanted, outcome.get()))
                    .orElseGet(() -> heldBack(wanted, outcome.get()));
        } catch (RuntimeException e) {
            turn.lease.ifPresent(Lease::release);
            throw e;
        }
    }

    /** Nothing was sent. If that is since the tenant refuses our client, the operator may have mended it. */
    private Result heldBack(Wanted wanted, RefreshOutcome outcome) {
        var isOurFault = outcome instanceof Refused refused && refused.refusal().breadth() == Breadth.PROVIDER;
        return (isOurFault ? mended(wanted) : Optional.<Wanted>empty())
                .<Result>map(Result.LookAgain::new)
                .orElseGet(() -> missed(wanted, outcome));
    }

    /** Refreshes by the link's own token, if that can be used again. A refusal says nothing: the store may have a newer. */
    Result withoutStore(Wanted wanted) {
        var token = wanted.remembered().link().token().filter(known -> !recent.isRefusedWithoutStore(wanted));
        if (wanted.provider().rotation() == Rotation.SINGLE_USE || token.isEmpty()) {
            return new Result.Ended(new Landing.StoreAway());
        }
        var askedAt = clock.instant();
        var outcome = sent(wanted, () -> Optional.of(new Permission(token.get(), () -> true, any -> true)));
        return switch (outcome.orElseThrow()) {
            case Refreshed refreshed ->
                handedOut(wanted, AccessToken.of(refreshed, askedAt, wanted.provider()), refreshed, false);
            case Unusable(var _, var why) -> heldBack(wanted, why);
            case Refused refused
            when refused.refusal().breadth() == Breadth.ACCOUNT -> {
                recent.noteRefusedWithoutStore(wanted, refused);
                yield new Result.Ended(new Landing.StoreAway());
            }
            case NoToken why -> heldBack(wanted, why);
        };
    }

    /** Remembers a token that lives too shortly for this caller, for when the tenant is away. */
    void remember(Wanted wanted, long version, AccessToken token) {
        if (cache.getAnyway(wanted).isEmpty()) {
            cache.put(seenAt(wanted, version, version), token);
        }
    }

    /** Hands out a token that the store shares, in a row of this version. */
    Result found(Wanted wanted, long version, AccessToken token) {
        return handedOut(seenAt(wanted, version, version), token, Source.CACHE, false);
    }

    /** @throws io.tokenbroker.problem.BrokerException if the account is gone, another user's or its owner may not use it */
    Wanted withLinkReadAgain(Wanted wanted) {
        var owner = wanted.remembered().link().userId();
        var now = links.read(wanted.account())
                .filter(read -> read.link().userId().equals(owner))
                .orElseThrow(Accounts::notFound);
        return wanted.as(Accounts.requireActive(now));
    }

    Optional<RefreshOutcome> sent(Wanted wanted, Supplier<Optional<Permission>> permission) {
        var provider = wanted.provider();
        var request = new RefreshGrant.Request(
                wanted.account().identity(),
                wanted.remembered().link().userId(),
                wanted.target().wireScope(provider),
                wanted.claims());
        return tenant.refresh(provider.tokenEndpoint(), provider.rotation(), request, permission);
    }

    Result handedOut(Wanted wanted, AccessToken token, Refreshed refreshed, boolean rotated) {
        IdentityCheck.require(wanted, refreshed);
        return handedOut(wanted, token, Source.REFRESH, rotated);
    }

    /** A link that was read too long ago is looked at once more: it may have gone while the tenant took its time. */
    private Result handedOut(Wanted wanted, AccessToken token, Source source, boolean rotated) {
        var now = links.isFresh(wanted.remembered()) ? wanted : withLinkReadAgain(wanted);
        if (now.remembered().epoch() != wanted.remembered().epoch()) {
            return new Result.LookAgain(now);
        }
        recent.noteWorking(now);
        cache.put(now, token);
        return new Result.Ended(new Landing.Arrived(new Minted(token, source), rotated));
    }

    /** With what is remembered of the row, which this broker has seen at one version and left at another. */
    Wanted seenAt(Wanted wanted, long from, long to) {
        return links.noteVersion(wanted.account(), from, to)
                .filter(now -> now.epoch() == wanted.remembered().epoch())
                .map(wanted::as)
                .orElse(wanted);
    }

    Result missed(Wanted wanted, RefreshOutcome outcome) {
        if (!(outcome instanceof NoToken why)) {
            throw new IllegalStateException("A token came although none was asked for");
        }
        recent.note(wanted, why);
        return new Result.Ended(new Landing.Missed(why));
    }

    /** The provider as it is configured by now, if the operator has mended its client. */
    Optional<Wanted> mended(Wanted wanted) {
        var refused = wanted.provider();
        return providers
                .readAgain(refused.id())
                .filter(now -> !now.tokenEndpoint().equals(refused.tokenEndpoint()))
                .map(wanted::at);
    }

    /** A permission to send the leased token once more, for as long as the lease lasts. */
    Permission onceMore(Lease lease) {
        return new Permission(
                lease.refreshToken(), () -> lease.leavesTimeFor(tenant.longestAnswer()), lease::leavesTimeFor);
    }

    /** Takes the lease when the tenant has a place. */
    private final class Turn implements Supplier<Optional<Permission>> {

        private final Wanted wanted;
        private final long version;
        private Optional<Lease> lease = Optional.empty();
        private boolean storeIsAway;

        Turn(Wanted wanted, long version) {
            this.wanted = wanted;
            this.version = version;
        }

        @Override
        public Optional<Permission> get() {
            try {
                lease = grants.lease(
                        wanted.remembered().link(), version, wanted.provider().rotation());
            } catch (StoreUnavailable away) {
                storeIsAway = true;
            }
            return lease.map(held -> new Permission(held.refreshToken(), held::maySend, held::leavesTimeFor));
        }
    }
}
