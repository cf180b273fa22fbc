package io.tokenbroker.refresh;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.link.AheadOfTime;
import io.tokenbroker.memory.CacheBudget;
import io.tokenbroker.memory.CacheBudget.Share;
import io.tokenbroker.token.AccessToken;
import io.tokenbroker.token.TokenSpec;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/** Renews tokens in use in the background, before a caller has to wait for a refresh. */
@Singleton
public class RefreshAhead {

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
