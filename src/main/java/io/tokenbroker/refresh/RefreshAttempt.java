package io.tokenbroker.refresh;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.ProviderStates;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.grant.Lease;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import io.tokenbroker.settings.ProviderSettings.Rotation;
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
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** One refresh at the tenant: take the lease, send, keep what came, hand it out. Blocks. */
@ApplicationScoped
class RefreshAttempt {

    private static final Logger LOG = Logger.getLogger(RefreshAttempt.class);

    private final Grants grants;
    private final RefreshGrants tenant;
    private final RememberedLinks links;
    private final Providers providers;
    private final TokenCache cache;
    private final RecentOutcomes recent;
    private final ProviderStates states;
    private final Clock clock;

    RefreshAttempt(
            Grants grants,
            RefreshGrants tenant,
            RememberedLinks links,
            Providers providers,
            TokenCache cache,
            RecentOutcomes recent,
            ProviderStates states,
            Clock clock) {
        this.grants = grants;
        this.tenant = tenant;
        this.links = links;
        this.providers = providers;
        this.cache = cache;
        this.recent = recent;
        this.states = states;
        this.clock = clock;
    }

    /** How an attempt ended. */
    sealed interface Result {

        record Ended(RefreshResult result) implements Result {}

        /** @param spec with the link and the provider as they are by now */
        record LookAgain(TokenSpec spec) implements Result {}
    }

    /** Nothing was sent. If that is since the tenant refuses our client, the operator may have mended it. */
    Result heldBack(TokenSpec spec, RefreshOutcome outcome) {
        var isOurFault = outcome instanceof Refused refused && refused.refusal().breadth() == Breadth.PROVIDER;
        return (isOurFault ? mended(spec) : Optional.<TokenSpec>empty())
                .<Result>map(Result.LookAgain::new)
                .orElseGet(() -> missed(spec, outcome));
    }

    /** Refreshes by the link's own token, if that can be used again. A refusal says nothing: the store may have a newer. */
    Result withoutStore(TokenSpec spec) {
        var token = spec.remembered().link().token().filter(known -> !recent.isRefusedWithoutStore(spec));
        if (spec.provider().rotation() == Rotation.SINGLE_USE || token.isEmpty()) {
            return new Result.Ended(new RefreshResult.StoreAway());
        }
        var askedAt = clock.instant();
        var outcome = sent(spec, () -> Optional.of(new Permission(token.get(), () -> true, any -> true)));
        return switch (outcome.orElseThrow()) {
            case Refreshed refreshed ->
                handedOut(spec, AccessToken.of(refreshed, askedAt, spec.provider()), refreshed, false);
            case Unusable(var _, var why) -> heldBack(spec, why);
            case Refused refused
            when refused.refusal().breadth() == Breadth.ACCOUNT -> {
                recent.noteRefusedWithoutStore(spec, refused);
                yield new Result.Ended(new RefreshResult.StoreAway());
            }
            case NoToken why -> heldBack(spec, why);
        };
    }

    /** Remembers a token that lives too shortly for this caller, for when the tenant is away. */
    void remember(TokenSpec spec, long version, AccessToken token) {
        if (cache.getAnyway(spec).isEmpty()) {
            cache.put(seenAt(spec, version, version), token);
        }
    }

    /** Hands out a token that the store shares, in a row of this version. */
    Result found(TokenSpec spec, long version, AccessToken token) {
        return handedOut(seenAt(spec, version, version), token, Source.CACHE, false);
    }

    /** @throws io.tokenbroker.problem.BrokerException if the account is gone, another user's or its owner may not use it */
    TokenSpec withLinkReadAgain(TokenSpec spec) {
        var owner = spec.remembered().link().userId();
        var now = links.read(spec.account())
                .filter(read -> read.link().userId().equals(owner))
                .orElseThrow(Accounts::notFound);
        return spec.as(Accounts.requireActive(now));
    }

    Optional<RefreshOutcome> sent(TokenSpec spec, Supplier<Optional<Permission>> permission) {
        var provider = spec.provider();
        var request = new RefreshGrant.Request(
                spec.account().identity(),
                spec.remembered().link().userId(),
                spec.target().wireScope(provider),
                spec.claims());
        return tenant.refresh(provider.tokenEndpoint(), provider.rotation(), request, permission);
    }

    Result handedOut(TokenSpec spec, AccessToken token, Refreshed refreshed, boolean rotated) {
        states.noteWorking(spec.provider().id());
        IdentityCheck.require(spec, refreshed);
        return handedOut(spec, token, Source.REFRESH, rotated);
    }

    /** A link that was read too long ago is looked at once more: it may have gone while the tenant took its time. */
    private Result handedOut(TokenSpec spec, AccessToken token, Source source, boolean rotated) {
        var now = links.isFresh(spec.remembered()) ? spec : withLinkReadAgain(spec);
        if (now.remembered().epoch() != spec.remembered().epoch()) {
            return new Result.LookAgain(now);
        }
        recent.noteWorking(now);
        cache.put(now, token);
        return new Result.Ended(new RefreshResult.Arrived(new Minted(token, source), rotated));
    }

    /** With what is remembered of the row, which this broker has seen at one version and left at another. */
    TokenSpec seenAt(TokenSpec spec, long from, long to) {
        return links.noteVersion(spec.account(), from, to)
                .filter(now -> now.epoch() == spec.remembered().epoch())
                .map(spec::as)
                .orElse(spec);
    }

    Result missed(TokenSpec spec, RefreshOutcome outcome) {
        if (!(outcome instanceof NoToken why)) {
            throw new IllegalStateException("A token came although none was asked for");
        }
        recent.note(spec, why);
        if (why instanceof Refused refused) {
            LOG.infof("The provider refused a token of %s: %s", spec.account(), refused.upstream());
        }
        return new Result.Ended(new RefreshResult.Missed(why));
    }

    /** The tenant has refused our client, and there is no other to try. */
    Result refusedAsClient(TokenSpec spec, Refused why) {
        states.noteMisconfigured(spec.provider().id(), why.reason());
        return missed(spec, why);
    }

    /** The provider as it is configured by now, if the operator has mended its client. */
    Optional<TokenSpec> mended(TokenSpec spec) {
        var refused = spec.provider();
        return providers
                .readAgain(refused.id())
                .filter(now -> !now.tokenEndpoint().equals(refused.tokenEndpoint()))
                .map(spec::at);
    }

    /** A permission to send the leased token once more, for as long as the lease lasts. */
    Permission onceMore(Lease lease) {
        return new Permission(
                lease.refreshToken(), () -> lease.leavesTimeFor(tenant.longestAnswer()), lease::leavesTimeFor);
    }

    /** @throws StoreUnavailable if the store is away */
    Optional<Lease> lease(TokenSpec spec, long version) {
        return grants.lease(spec.remembered().link(), version, spec.provider().rotation());
    }

    Instant now() {
        return clock.instant();
    }
}
