package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.ReadAhead;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.caller.Caller;
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
     * @param rejected tells a token that its resource did not accept: the cache gives no such one
     */
    Minted mint(Caller.Client client, AccountId id, MintRequest request, Predicate<AccessToken> rejected) {
        client.policy().requireAccount(Wish.ofAccount(id.providerId(), client.user()));
        var provider = providers.find(id.providerId());
        var target = provider.map(known -> permitted(client, known, request));
        var link = owned(links.current(id).orElseThrow(Accounts::notFound), client, request);
        if (provider.isEmpty() || target.isEmpty()) {
            throw Answers.unusable(providers.whyUnusable(id.providerId()));
        }
        var wanted = wanted(provider.get(), link, target.get(), request);
        var turn = insisted.drop(client, wanted, rejected);
        return cached(wanted, request).orElseGet(() -> refreshed(client, wanted, request, turn));
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

    /** The link, unless the caller means somebody else's account. */
    static Remembered owned(Remembered remembered, Caller.Client client, MintRequest request) {
        var owner = remembered.link().userId();
        if ((request.userId() != null && !request.userId().equalsIgnoreCase(owner.toString()))
                || (client.user().isPresent() && !client.user().get().equals(owner))) {
            throw Accounts.notFound();
        }
        return remembered;
    }

    private Minted refreshed(Caller.Client client, Wanted wanted, MintRequest request, Optional<Turn> turn) {
        var landing = request.insists()
                ? insisted.of(client, wanted)
                : insisted.within(turn, () -> refresh.of(wanted, false, () -> cached(wanted, request)));
        return landed(landing, wanted, request);
    }

    private Minted landed(Landing landing, Wanted wanted, MintRequest request) {
        return switch (landing) {
            case Landing.Arrived(var minted, var rotated) -> minted;
            case Landing.Missed(Refused why) -> throw Answers.refused(wanted, why);
            case Landing.Missed(Unavailable why) -> stale(wanted, request).orElseThrow(() -> Answers.unavailable(why));
        };
    }

    private Optional<Minted> cached(Wanted wanted, MintRequest request) {
        var token = fromCache(wanted, request).filter(found -> found.usableAt(clock.instant(), request.validity()));
        token.ifPresent(found -> ahead.renewIfDue(wanted, found));
        return token.map(found -> new Minted(found, Source.CACHE));
    }

    /** While the tenant is away, a token that still lives is better than none. */
    private Optional<Minted> stale(Wanted wanted, MintRequest request) {
        return fromCache(wanted, request)
                .filter(token -> token.isValidAt(clock.instant()))
                .map(token -> new Minted(token, Source.STALE));
    }

    private Optional<AccessToken> fromCache(Wanted wanted, MintRequest request) {
        return request.bypassesCache() ? Optional.empty() : cache.get(TokenCache.Key.of(wanted));
    }
}
