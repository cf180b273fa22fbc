package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/**
 * Authorize, then the account, then the cache, then one refresh for all who wait. The order is the security: nothing is
 * read from the cache for a caller who has not been authorized on the account as it stands now.
 */
@Singleton
class MintService {

    private final Providers providers;
    private final RememberedLinks links;
    private final TokenCache cache;
    private final Flights flights;
    private final Refresher refresher;
    private final Clock clock;

    MintService(
            Providers providers,
            RememberedLinks links,
            TokenCache cache,
            Flights flights,
            Refresher refresher,
            Clock clock) {
        this.providers = providers;
        this.links = links;
        this.cache = cache;
        this.flights = flights;
        this.refresher = refresher;
        this.clock = clock;
    }

    /** The token, if all that is needed to authorize and answer is in memory. Never blocks. */
    Optional<Minted> fromMemory(Caller.Client client, AccountId id, MintRequest request) {
        client.policy().requireProvider(id.providerId());
        return providers
                .remembered(id.providerId())
                .map(provider -> permitted(client, provider, request))
                .flatMap(target -> links.fresh(id).flatMap(link -> cached(owned(link, request), target, request)));
    }

    /** The token, from wherever it takes. Blocks. */
    Minted mint(Caller.Client client, AccountId id, MintRequest request) {
        client.policy().requireProvider(id.providerId());
        var provider = providers.find(id.providerId());
        var target = provider.map(known -> permitted(client, known, request));
        var link = owned(links.current(id).orElseThrow(Accounts::notFound), request);
        if (provider.isEmpty() || target.isEmpty()) {
            throw Answers.unusable(providers.whyUnusable(id.providerId()));
        }
        return cached(link, target.get(), request)
                .orElseGet(() -> refreshed(provider.get(), link, target.get(), request));
    }

    /** What the caller wants, if its policy lets it: decided before anything of the account is looked at. */
    private static Target permitted(Caller.Client client, Provider provider, MintRequest request) {
        var target = Target.of(provider, request);
        client.policy().requireResource(target.resource());
        return target;
    }

    /** The link, unless the caller means somebody else's account. */
    private static Remembered owned(Remembered remembered, MintRequest request) {
        var owner = remembered.link().userId().toString();
        if (request.userId() != null && !request.userId().equalsIgnoreCase(owner)) {
            throw Accounts.notFound();
        }
        return remembered;
    }

    private Minted refreshed(Provider provider, Remembered link, Target target, MintRequest request) {
        var claims = Optional.<String>ofNullable(request.claims());
        var landing = flights.share(
                new Wanted(AccountId.of(link.link()), link.epoch(), target, claims),
                // Another flight may have landed since this caller looked.
                () -> cached(link, target, request)
                        .<Landing>map(Landing.Arrived::new)
                        .orElseGet(() -> refresher.refresh(provider, link, target, claims)));
        return switch (landing) {
            case Landing.Arrived(var minted) -> minted;
            case Landing.Diverted(var why) -> stale(link, target, request).orElseThrow(() -> Answers.unavailable(why));
        };
    }

    private Optional<Minted> cached(Remembered link, Target target, MintRequest request) {
        return fromCache(link, target, request)
                .filter(token -> token.usableAt(clock.instant(), request.validity()))
                .map(token -> new Minted(token, Source.CACHE));
    }

    /** While the tenant is away, a token that still lives is better than none. */
    private Optional<Minted> stale(Remembered link, Target target, MintRequest request) {
        return fromCache(link, target, request)
                .filter(token -> token.isValidAt(clock.instant()))
                .map(token -> new Minted(token, Source.STALE));
    }

    private Optional<AccessToken> fromCache(Remembered link, Target target, MintRequest request) {
        return request.bypassesCache() ? Optional.empty() : cache.get(TokenCache.Key.of(link, target));
    }

    /** @param epoch of the account's link: whoever comes after a new authorization does not join an older flight */
    private record Wanted(AccountId account, long epoch, Target target, Optional<String> claims) {}
}
