package io.tokenbroker.link;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.link.RememberedLinks.Remembered;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Reads a link that is in use again before it is too old to be answered from, so that nobody has to wait for FusionAuth.
 * A reading is worth a try and no more: a few at a time, and none for a while after one has failed.
 */
@Singleton
public class ReadAhead {

    private static final Logger LOG = Logger.getLogger(ReadAhead.class);
    private static final int AT_ONCE = 8;
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(5);

    private final RememberedLinks links;
    private final ExecutorService threads;
    private final Clock clock;
    private final Duration dueAfter;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Set<AccountId> underWay = ConcurrentHashMap.newKeySet();
    private volatile Instant failedAt = Instant.EPOCH;

    ReadAhead(RememberedLinks links, @VirtualThreads ExecutorService threads, BrokerSettings settings, Clock clock) {
        this.links = links;
        this.threads = threads;
        this.clock = clock;
        this.dueAfter = settings.accounts().recheckAfter().multipliedBy(2).dividedBy(3);
    }

    /** Starts a reading if this link, which is being used, is due. Never blocks. */
    public void readIfDue(Remembered remembered) {
        var now = clock.instant();
        if (Duration.between(remembered.readAt(), now).compareTo(dueAfter) < 0 || isResting(now)) {
            return;
        }
        if (free.tryAcquire()) {
            start(AccountId.of(remembered.link()));
        }
    }

    /** A clock that was set back must not prolong it. */
    private boolean isResting(Instant now) {
        return Duration.between(failedAt, now).abs().compareTo(AFTER_A_FAILURE) < 0;
    }

    /** With a place taken. */
    private void start(AccountId id) {
        if (!underWay.add(id)) {
            free.release();
            return;
        }
        try {
            threads.execute(() -> read(id));
        } catch (RejectedExecutionException stopping) {
            end(id);
        }
    }

    private void read(AccountId id) {
        try {
            links.read(id);
        } catch (BrokerException failed) {
            failedAt = clock.instant();
            LOG.debugf("The link of %s was not read ahead of time: %s", id, failed.detail());
        } finally {
            end(id);
        }
    }

    private void end(AccountId id) {
        underWay.remove(id);
        free.release();
    }
}
