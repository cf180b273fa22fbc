package io.tokenbroker.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.time.Time.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Background work, done before a caller has to wait for it. It is worth a try and no more: what finds no place is dropped,
 * and what fails is tried again by a later use.
 */
public final class AheadOfTime {

    private static final Logger LOG = Logger.getLogger(AheadOfTime.class);

    private final ExecutorService threads;
    private final Clock clock;
    private final Duration betweenTries;
    private final Duration afterFailure;
    private final LoadingCache<Object, Semaphore> places;

    /** The beginning of each key's last try, and the end of each group's last failure. */
    private final Cache<Object, Instant> last;

    /**
     * @param memory where to remember the keys, which print as long as they are
     * @param atOnce tries of one group
     * @param betweenTries of one key, from beginning to beginning, so longer than a try takes; zero for until it has ended
     * @param afterFailure for how long the whole group rests
     */
    public AheadOfTime(
            ExecutorService threads,
            Clock clock,
            CacheBudget memory,
            Share share,
            int atOnce,
            Duration betweenTries,
            Duration afterFailure) {
        this.threads = threads;
        this.clock = clock;
        this.betweenTries = betweenTries;
        this.afterFailure = afterFailure;
        this.last = memory.cache(
                share,
                Caffeine.newBuilder().expireAfterWrite(Duration.ofHours(1)),
                (key, at) -> 300 + 2 * key.toString().length());
        this.places = Caffeine.newBuilder().maximumSize(10_000).build(group -> new Semaphore(atOnce));
    }

    /** Starts a try, unless its group rests or has no place, or it is too early for another of this key. Never blocks. */
    public void start(Object group, Object key, Runnable work) {
        var now = clock.instant();
        var failed = last.getIfPresent(group);
        if ((failed != null && Window.of(failed, afterFailure).contains(now)) || !isMine(key, now)) {
            return;
        }
        var place = places.get(group);
        if (!place.tryAcquire()) {
            last.invalidate(key);
            return;
        }
        try {
            threads.execute(() -> run(group, key, place, work));
        } catch (RejectedExecutionException stopping) {
            last.invalidate(key);
            place.release();
        }
    }

    /** One caller at a time finds so. */
    private boolean isMine(Object key, Instant now) {
        var began = last.getIfPresent(key);
        if (began == null) {
            return last.asMap().putIfAbsent(key, now) == null;
        }
        return !betweenTries.isZero()
                && !Window.of(began, betweenTries).contains(now)
                && last.asMap().replace(key, began, now);
    }

    private void run(Object group, Object key, Semaphore place, Runnable work) {
        try {
            work.run();
        } catch (BrokerException failed) {
            last.put(group, clock.instant());
            LOG.debugf("Not done ahead of time: %s", failed.detail());
        } finally {
            end(key);
            place.release();
        }
    }

    private void end(Object key) {
        if (betweenTries.isZero()) {
            last.invalidate(key);
        }
    }

    /** The age at which what is read of FusionAuth and in use is read again. */
    static Duration dueAfter(BrokerSettings settings) {
        return settings.accounts().recheckAfter().multipliedBy(2).dividedBy(3);
    }
}
