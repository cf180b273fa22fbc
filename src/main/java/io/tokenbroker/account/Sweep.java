package io.tokenbroker.account;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.fusionauth.Link;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Finishes what crashes left of the accounts that were read lately, and stores what could not be stored, without waiting
 * for the next mint. A few at a time, and never one that this broker is at.
 */
@ApplicationScoped
class Sweep {

    private static final int EACH_TIME = 20;

    private final SeenUsers seen;
    private final UnstoredTokens unstored;
    private final RefreshTokens refreshTokens;

    Sweep(SeenUsers seen, UnstoredTokens unstored, RefreshTokens refreshTokens) {
        this.seen = seen;
        this.unstored = unstored;
        this.refreshTokens = refreshTokens;
    }

    @Scheduled(every = "30s", delayed = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void run() {
        unstored.links(EACH_TIME).forEach(this::store);
        seen.take(EACH_TIME).stream().filter(user -> !refreshTokens.tidy(user)).forEach(seen::note);
    }

    /** What could not be stored yet is nowhere else. */
    void storeRest(@Observes ShutdownEvent stopping) {
        unstored.waitNoLonger();
        refreshTokens.unstored().forEach(this::store);
    }

    private void store(Link link) {
        refreshTokens.tidy(link.userId(), AccountId.of(link));
    }
}
