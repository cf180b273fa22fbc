package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/**
 * Authorize, then the account, then the cache, then one refresh for all who wait. The order is the security: nothing is
 * read from the cache for a caller who has not been authorized on the account as it stands now.
 */
@ApplicationScoped
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
        var provider = providers.remembered(id.providerId());
        var link = links.fresh(id);
        if (provider.isEmpty() || link.isEmpty()) {
            return Optional.empty();
        }
        return cached(link.get(), authorized(client, provider.get(), link.get().link(), request), request);
    }

    /** The token, from wherever it takes. Blocks. */
    Minted mint(Caller.Client client, AccountId id, MintRequest request) {
        client.policy().requireProvider(id.providerId());
        var remembered = links.current(id).orElseThrow(Accounts::notFound);
        var provider = provider(remembered.link());
        var target = authorized(client, provider, remembered.link(), request);
        return cached(remembered, target, request)
                .orElseGet(() -> flights.share(
                        new Wanted(id, target, Optional.ofNullable(request.claims())),
                        () -> refresher.refresh(provider, id, target, request)));
    }

    /** What the caller may have of this account, or a refusal. */
    private static Target authorized(Caller.Client client, Provider provider, Link link, MintRequest request) {
        if (request.userId() != null && !request.userId().equals(link.userId().toString())) {
            throw Accounts.notFound();
        }
        var target = Target.of(provider, request);
        client.policy().requireResource(target.resource());
        return target;
    }

    private Optional<Minted> cached(Remembered remembered, Target target, MintRequest request) {
        if (request.bypassesCache()) {
            return Optional.empty();
        }
        var key = new TokenCache.Key(AccountId.of(remembered.link()), remembered.epoch(), target.scopes());
        return cache.get(key)
                .filter(token -> token.usableAt(clock.instant(), request.validity()))
                .map(token -> new Minted(token, Source.CACHE));
    }

    private Provider provider(Link link) {
        return providers.find(link.providerId()).orElseThrow(() -> {
            var why = providers.whyUnusable(link.providerId()).orElse("FusionAuth does not list it");
            return new BrokerException(
                    ProblemType.PROVIDER_MISCONFIGURED,
                    "The account's provider cannot be used: %s. The operator must change that; the account is not lost."
                            .formatted(why));
        });
    }

    private record Wanted(AccountId account, Target target, Optional<String> claims) {}
}
