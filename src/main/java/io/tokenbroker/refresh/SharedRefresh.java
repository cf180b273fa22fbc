package io.tokenbroker.refresh;

import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.token.Minted;
import io.tokenbroker.token.Minted.Source;
import io.tokenbroker.token.TokenCache;
import io.tokenbroker.token.TokenSpec;
import jakarta.inject.Singleton;
import java.util.Optional;

/** One refresh for all who want the same at the same time, and none where its end is known already. Blocks. */
@Singleton
public class SharedRefresh {

    private final SingleFlight<RefreshResult> flights = new SingleFlight<>();
    private final RememberedLinks links;
    private final TokenCache cache;
    private final RecentOutcomes recent;
    private final Refresher refresher;

    SharedRefresh(RememberedLinks links, TokenCache cache, RecentOutcomes recent, Refresher refresher) {
        this.links = links;
        this.cache = cache;
        this.recent = recent;
        this.refresher = refresher;
    }

    /**
     * @param forced whether the caller knows better than a recent refusal of the same
     * @param acceptance of a token that is cached by now or that the store shares; those who reject one do not join the
     *     others, but the others join them
     */
    public RefreshResult of(TokenSpec spec, boolean forced, Acceptance acceptance) {
        var picky = new Flight(spec.key(), true);
        var isPicky = acceptance.isPicky() || flights.isUnderWay(picky);
        return flights.share(
                isPicky ? picky : new Flight(spec.key(), false),
                // What another caller took from the store may be older than this caller's beginning.
                result -> acceptance.acceptsShared(result, false),
                // Another flight may have ended since this caller looked; but the link may be too old by now to tell.
                () -> cache.get(spec)
                        .filter(token -> links.isFresh(spec.remembered())
                                && acceptance.inMemory().test(token))
                        .<RefreshResult>map(token -> new RefreshResult.Arrived(new Minted(token, Source.CACHE), false))
                        .or(() -> recent.current(spec, forced).map(RefreshResult.Missed::new))
                        .orElseGet(() -> refresher.refresh(spec, acceptance, forced)));
    }

    /** What the tenant refused a moment ago, and would again. */
    public Optional<Refused> lately(TokenSpec spec) {
        return recent.current(spec, false).filter(Refused.class::isInstance).map(Refused.class::cast);
    }

    /** @param picky whether a token that others take may not do */
    private record Flight(TokenSpec.Key key, boolean picky) {}
}
