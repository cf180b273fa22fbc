package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.ReadAhead;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.link.RememberedLinks.Remembered;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.policy.ForcedRefreshes.Turn;
import io.tokenbroker.policy.Wish;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Authorize, then the account, then the cache, then one refresh for all who wait. The order is the security: nothing is
 * read from the cache for a caller who has not been authorized on the account as it stands now.
 */
@Singleton
class MintService {

    private final Providers providers;
    private final RememberedLinks links;
    private final ReadAhead readAhead;
    private final TokenCache cache;
    private final SharedRefresh refresh;
    private final InsistedRefresh insisted;
    private final RefreshAhead ahead;
    private final Clock clock;

    MintService(
            Providers providers,
            RememberedLinks links,
            ReadAhead readAhead,
            TokenCache cache,
            SharedRefresh refresh,
            InsistedRefresh insisted,
            RefreshAhead ahead,
            Clock clock) {
        this.providers = providers;
        this.links = links;
        this.readAhead = readAhead;
        this.cache = cache;
        this.refresh = refresh;
        this.insisted = insisted;
        this.ahead = ahead;
        this.clock = clock;
    }

    /** The token, if all that is needed to authorize and answer is in memory. Never blocks. */
    Optional<Minted> fromMemory(Caller.Client client, AccountId id, MintRequest request) {
        client.policy().requireAccount(Wish.ofAccount(id.providerId(), client.user()));
        return providers.remembered(id.providerId()).flatMap(provider -> {
            var target = permitted(client, provider, request);
            var fresh = links.fresh(id);
            fresh.ifPresent(readAhead::readIfDue);
            return fresh.map(link -> wanted(provider, owned(link, client, request), target, request))
                    .flatMap(wanted -> cached(wanted, request));
        });
    }

    /**
     * The token, from wherever it takes. Blocks.
     *
     * @param rejected tells a token that its resource did not accept: neither cache nor store gives such a one
     */
    Minted mint(Caller.Client client, AccountId id, MintRequest request, Optional<Predicate<AccessToken>> rejected) {
        client.policy().requireAccount(Wish.ofAccount(id.providerId(), client.user()));
        var provider = providers.find(id.providerId());
        var target = provider.map(known -> permitted(client, known, request));
        var link = owned(links.current(id).orElseThrow(Accounts::notFound), client, request);
        if (provider.isEmpty() || target.isEmpty()) {
            throw Answers.unusable(providers.whyUnusable(id.providerId()));
        }
        var wanted = wanted(provider.get(), link, target.get(), request);
        var turn = rejected.flatMap(one -> insisted.drop(client, wanted, one));
        return cached(wanted, request).orElseGet(() -> refreshed(client, wanted, request, rejected, turn));
    }

    private static Wanted wanted(Provider provider, Remembered link, Target target, MintRequest request) {
        return new Wanted(provider, link, target, Optional.<String>ofNullable(request.claims()));
    }

    /** What the caller wants, if its policy lets it: decided before anything of the account is looked at. */
    private static Target permitted(Caller.Client client, Provider provider, MintRequest request) {
        var target = Target.of(provider, request);
        client.policy().requireTarget(target.asked(provider.id(), client.user()));
        return target;
    }

    /** The link, unless it is another user's than the caller means, or its owner may not use it. */
    static Remembered owned(Remembered remembered, Caller.Client client, MintRequest request) {
        var owner = remembered.link().userId();
        if ((request.userId() != null && !request.userId().equalsIgnoreCase(owner.toString()))
                || (client.user().isPresent() && !client.user().get().equals(owner))) {
            throw Accounts.notFound();
        }
        return Accounts.requireActive(remembered);
    }

    private Minted refreshed(
            Caller.Client client,
            Wanted wanted,
            MintRequest request,
            Optional<Predicate<AccessToken>> rejected,
            Optional<Turn> turn) {
        var acceptance = acceptance(request, rejected);
        var landing = request.insists()
                ? insisted.of(client, wanted, acceptance)
                : insisted.within(turn, () -> refresh.of(wanted, false, acceptance, () -> cached(wanted, request)));
        return landed(landing, wanted, request);
    }

    private Acceptance acceptance(MintRequest request, Optional<Predicate<AccessToken>> rejected) {
        Predicate<AccessToken> usable = token -> token.usableAt(clock.instant(), request.validity());
        if (request.claims() != null) {
            return Acceptance.NONE;
        }
        if (request.insists()) {
            return Acceptance.ofNew(usable);
        }
        return rejected.map(one -> Acceptance.insteadOf(one, usable)).orElseGet(() -> Acceptance.of(usable));
    }

    private Minted landed(Landing landing, Wanted wanted, MintRequest request) {
        return switch (landing) {
            case Landing.Arrived(var minted, var rotated) -> minted;
            case Landing.Missed(Refused why) -> throw Answers.refused(wanted, why);
            case Landing.Missed(Unavailable why) -> stale(wanted, request).orElseThrow(() -> Answers.unavailable(why));
            case Landing.Busy(var left) -> stale(wanted, request).orElseThrow(() -> Answers.busy(left));
            case Landing.StoreAway _ -> stale(wanted, request).orElseThrow(Answers::storeAway);
        };
    }

    private Optional<Minted> cached(Wanted wanted, MintRequest request) {
        if (request.bypassesCache()) {
            return Optional.empty();
        }
        var token = cache.get(wanted).filter(found -> found.usableAt(clock.instant(), request.validity()));
        token.ifPresent(found -> ahead.renewIfDue(wanted, found));
        return token.map(found -> new Minted(found, Source.CACHE));
    }

    /**
     * While the tenant or the store is away, a token that still lives is better than none, if the account still stands: it
     * may have gone while this caller waited.
     */
    private Optional<Minted> stale(Wanted wanted, MintRequest request) {
        if (request.bypassesCache()) {
            return Optional.empty();
        }
        return cache.getAnyway(wanted)
                .filter(token -> isStillAuthorized(wanted))
                .filter(token -> token.isValidAt(clock.instant()))
                .map(token -> new Minted(token, Source.STALE));
    }

    /** @throws io.tokenbroker.problem.BrokerException if the account is gone, or its owner may not use it */
    private boolean isStillAuthorized(Wanted wanted) {
        var now = links.current(wanted.account()).orElseThrow(Accounts::notFound);
        return now.epoch() == wanted.remembered().epoch()
                && Accounts.requireActive(now).ownerIsActive();
    }
}
