package io.tokenbroker.mint;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.problem.BrokerException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Renews tokens that are in use before anybody has to wait for it. A renewal is worth a try and no more: a provider
 * gets few at a time, the others are dropped, and what fails is tried again by a later use.
 */
@Singleton
class RefreshAhead {

    private static final Logger LOG = Logger.getLogger(RefreshAhead.class);
    private static final int AT_ONCE_PER_PROVIDER = 16;

    /** Longer than a renewal takes: so there is one at a time for a token, and a failing tenant is not pressed. */
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(30);

    private final SharedRefresh refresh;
    private final TokenCache cache;
    private final ExecutorService threads;
    private final Clock clock;
    private final LoadingCache<UUID, Semaphore> free =
            Caffeine.newBuilder().maximumSize(10_000).build(provider -> new Semaphore(AT_ONCE_PER_PROVIDER));
    private final Cache<Wanted.Key, Instant> lastTries = Caffeine.newBuilder()
            .maximumSize(200_000)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    RefreshAhead(SharedRefresh refresh, TokenCache cache, @VirtualThreads ExecutorService threads, Clock clock) {
        this.refresh = refresh;
        this.cache = cache;
        this.threads = threads;
        this.clock = clock;
    }

    /** Starts a renewal if this token, which is being handed out, is due. Never blocks. */
    void renewIfDue(Wanted wanted, AccessToken token) {
        var now = clock.instant();
        if (!token.isDueAt(now) || !isMine(wanted.key(), now)) {
            return;
        }
        var place = free.get(wanted.provider().id());
        if (place.tryAcquire()) {
            try {
                threads.execute(() -> renew(wanted, place));
            } catch (RejectedExecutionException stopping) {
                place.release();
            }
        }
    }

    /** One caller at a time finds so. A clock that was set back must not stop renewals. */
    private boolean isMine(Wanted.Key key, Instant now) {
        var last = lastTries.getIfPresent(key);
        if (last == null) {
            return lastTries.asMap().putIfAbsent(key, now) == null;
        }
        return Duration.between(last, now).abs().compareTo(BETWEEN_TRIES) >= 0
                && lastTries.asMap().replace(key, last, now);
    }

    private void renew(Wanted wanted, Semaphore place) {
        try {
            refresh.of(wanted, false, Acceptance.of(this::isFresh), () -> renewed(wanted));
        } catch (BrokerException failed) {
            LOG.debugf("A token of %s was not renewed ahead of time: %s", wanted.account(), failed.detail());
        } finally {
            place.release();
        }
    }

    /** What another refresh has put there since. */
    private Optional<Minted> renewed(Wanted wanted) {
        return cache.get(wanted).filter(this::isFresh).map(token -> new Minted(token, Source.CACHE));
    }

    private boolean isFresh(AccessToken token) {
        return !token.isDueAt(clock.instant());
    }
}
