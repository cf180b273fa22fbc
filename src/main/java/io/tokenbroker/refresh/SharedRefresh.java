package io.tokenbroker.refresh;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.link.AheadOfTime;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.refresh.AccessToken.Minted.Source;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

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

    /** Renews tokens in use in the background, before a caller has to wait for a refresh. */
    @Singleton
    public static class RefreshAhead {

        private static final int AT_ONCE_PER_PROVIDER = 16;

        /** A failing tenant is not pressed. */
        private static final Duration BETWEEN_TRIES = Duration.ofSeconds(30);

        private final SharedRefresh refresh;
        private final AheadOfTime renewals;
        private final Clock clock;

        RefreshAhead(SharedRefresh refresh, @VirtualThreads ExecutorService threads, CacheBudget memory, Clock clock) {
            this.refresh = refresh;
            this.renewals = new AheadOfTime(
                    threads, clock, memory, Share.RENEWALS_AHEAD, AT_ONCE_PER_PROVIDER, BETWEEN_TRIES, Duration.ZERO);
            this.clock = clock;
        }

        /** Starts a renewal if this token, which is being handed out, is due. Never blocks. */
        public void renewIfDue(TokenSpec spec, AccessToken token) {
            if (token.isDueAt(clock.instant())) {
                var fresh = Acceptance.of(newer -> !newer.isDueAt(clock.instant()));
                renewals.start(spec.provider().id(), spec.key(), () -> refresh.of(spec, false, fresh));
            }
        }
    }
}
