package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.link.ReadAhead;
import io.tokenbroker.link.Remembered;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.mint.ForcedRefresh.MintTurn;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import io.tokenbroker.refresh.RefusalProblems;
import io.tokenbroker.refresh.SharedRefresh;
import io.tokenbroker.refresh.SharedRefresh.RefreshAhead;
import io.tokenbroker.refresh.TokenCache;
import io.tokenbroker.refresh.TokenSpec;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/**
 * Authorize, then the account, then the cache, then one refresh for all callers who wait. The order is the security: a
 * caller is authorized on the account as it stands now before the cache is read.
 */
@Singleton
class MintService {

    private final Providers providers;
    private final RememberedLinks links;
    private final ReadAhead readAhead;
    private final TokenCache cache;
    private final SharedRefresh refresh;
    private final ForcedRefresh forced;
    private final RefreshAhead ahead;
    private final Clock clock;

    MintService(
            Providers providers,
            RememberedLinks links,
            ReadAhead readAhead,
            TokenCache cache,
            SharedRefresh refresh,
            ForcedRefresh forced,
            RefreshAhead ahead,
            Clock clock) {
        this.providers = providers;
        this.links = links;
        this.readAhead = readAhead;
        this.cache = cache;
        this.refresh = refresh;
        this.forced = forced;
        this.ahead = ahead;
        this.clock = clock;
    }

    /**
     * A mint as far as memory has brought it.
     *
     * @param permitted empty if the provider is not known yet
     * @param issued empty if an upstream has to be asked
     */
    record Begun(Ask ask, Optional<Permitted> permitted, Optional<Issued> issued) {}

    /** A token, and what it was asked for with. */
    record Issued(TokenSpec spec, Minted minted) {}

    /** What the policy has permitted to ask for. */
    record Permitted(Provider provider, Target target, Optional<String> claims) {

        TokenSpec wanted(Remembered authorized) {
            return new TokenSpec(provider, authorized, target, claims);
        }
    }

    /** Asks the policy, and gives the token if all that is needed to authorize and answer is in memory. Never blocks. */
    Begun begin(Ask ask) {
        ask.client().policy().requireAccount(ask.query());
        var permitted = providers.remembered(ask.account().providerId()).map(provider -> permitted(ask, provider));
        return new Begun(ask, permitted, permitted.flatMap(known -> fromMemory(ask, known)));
    }

    private Optional<Issued> fromMemory(Ask ask, Permitted permitted) {
        // Another user's account is treated as one that is not there, which takes a reading to know.
        var link = links.fresh(ask.account())
                .filter(found -> ask.owner()
                        .filter(owner -> !owner.equals(found.link().userId()))
                        .isEmpty());
        link.ifPresent(readAhead::readIfDue);
        return link.map(ask::owned).flatMap(owned -> cached(ask, permitted.wanted(owned)));
    }

    /** Gets the token that memory did not have, from wherever it takes. Blocks. */
    Issued finish(Begun begun) {
        var ask = begun.ask();
        var id = ask.account().providerId();
        var permitted = begun.permitted().or(() -> providers.find(id).map(provider -> permitted(ask, provider)));
        var link = links.current(ask.account(), ask.owner()).map(ask::owned).orElseThrow(Accounts::notFound);
        var spec = permitted
                .map(known -> known.wanted(link))
                .orElseThrow(() -> RefusalProblems.unusable(providers.whyUnusable(id)));
        var turn = forced.turn(ask, spec);
        ask.rejected().ifPresent(rejected -> forced.drop(turn, rejected));
        return cached(ask, spec).orElseGet(() -> new Issued(spec, refreshed(ask, spec, turn)));
    }

    /** Decided before anything of the account is looked at. */
    private static Permitted permitted(Ask ask, Provider provider) {
        var target = ask.request().target(provider);
        ask.client().policy().requireTarget(ask.query(target));
        return new Permitted(
                provider, target, Optional.<String>ofNullable(ask.request().claims()));
    }

    private Optional<Issued> cached(Ask ask, TokenSpec spec) {
        var token =
                cache.get(spec).filter(found -> ask.acceptance(clock).inMemory().test(found));
        token.ifPresent(found -> ahead.renewIfDue(spec, found));
        return token.map(found -> new Issued(spec, new Minted(found, Source.CACHE)));
    }

    private Minted refreshed(Ask ask, TokenSpec spec, MintTurn turn) {
        var acceptance = ask.acceptance(clock).passingOverIf(turn::take);
        var result = ask.request().isForced()
                ? forced.refresh(turn, acceptance)
                : forced.within(turn::giveBack, () -> refresh.of(spec, false, acceptance));
        return switch (result) {
            case RefreshResult.Arrived arrived -> arrived.minted();
            case RefreshResult.Missed(Refused why) -> throw RefusalProblems.refused(spec, why);
            case RefreshResult.TooEarly _ -> throw turn.tooEarly();
            case RefreshResult.Missed _, RefreshResult.Busy _, RefreshResult.StoreAway _ ->
                stale(ask, spec).orElseThrow(() -> RefusalProblems.missed(spec, result));
        };
    }

    /**
     * While the tenant or the store is away, a token that still lives is better than none, if the account still stands: it
     * may have gone while this caller waited.
     */
    private Optional<Minted> stale(Ask ask, TokenSpec spec) {
        if (ask.request().bypassesCache()) {
            return Optional.empty();
        }
        return cache.getAnyway(spec)
                .filter(token -> token.isValidAt(clock.instant()))
                .filter(token -> ask.rejected().filter(one -> one.test(token)).isEmpty())
                .filter(token -> isStillAuthorized(spec))
                .map(token -> new Minted(token, Source.STALE));
    }

    /** @throws io.tokenbroker.problem.BrokerException if the account is gone, or its owner may not use it */
    private boolean isStillAuthorized(TokenSpec spec) {
        var now = links.current(spec.account()).map(Accounts::requireActive).orElseThrow(Accounts::notFound);
        return now.epoch() == spec.remembered().epoch();
    }
}
