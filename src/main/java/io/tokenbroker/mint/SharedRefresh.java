package io.tokenbroker.mint;

import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.util.Optional;

/** One refresh for all who want the same at the same time, and none where its end is known already. Blocks. */
@Singleton
class SharedRefresh {

    private final SingleFlight<Landing> flights = new SingleFlight<>();
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
     * @param insisting whether the caller knows better than a recent refusal of the same
     * @param acceptance of a token that is cached by now or that the store shares; those who reject one do not join the
     *     others, but the others join them
     */
    Landing of(Wanted wanted, boolean insisting, Acceptance acceptance) {
        var picky = new Flight(wanted.key(), true);
        var isPicky = acceptance.isPicky() || flights.isUnderWay(picky);
        return flights.share(
                isPicky ? picky : new Flight(wanted.key(), false),
                // What another caller took from the store may be older than this caller's beginning.
                landing -> acceptance.acceptsShared(landing, false),
                // Another flight may have ended since this caller looked; but the link may be too old by now to tell.
                () -> cache.get(wanted)
                        .filter(token -> links.isFresh(wanted.remembered())
                                && acceptance.inMemory().test(token))
                        .<Landing>map(token -> new Landing.Arrived(new Minted(token, Source.CACHE), false))
                        .or(() -> recent.current(wanted, insisting).map(Landing.Missed::new))
                        .orElseGet(() -> refresher.refresh(wanted, acceptance, insisting)));
    }

    /** What the tenant refused a moment ago, and would again. */
    Optional<Refused> lately(Wanted wanted) {
        return recent.current(wanted, false).filter(Refused.class::isInstance).map(Refused.class::cast);
    }

    /** @param picky whether a token that others take may not do */
    private record Flight(Wanted.Key key, boolean picky) {}
}
