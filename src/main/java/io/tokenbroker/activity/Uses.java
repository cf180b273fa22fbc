package io.tokenbroker.activity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.activity.Addition.Times;
import io.tokenbroker.audit.AuditLog;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.time.Time.Window;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Uses of accounts, in memory until they are written, which no mint waits for. A process that dies loses five seconds of them. */
@Singleton
public class Uses {

    private static final Logger LOG = Logger.getLogger(Uses.class);

    /** Uses that wait for the store. */
    private static final int MOST = 20_000;

    private static final Duration CLEANED_AFTER = Duration.ofMinutes(10);

    /** The longest that a reader waits for one who writes. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final ActivityTable table;
    private final Database database;
    private final AuditLog audit;
    private final Counter dropped;
    private final Clock clock;

    private final HitCounters hits;
    private Instant lastDrain;

    private final ConcurrentMap<Use, Times> waiting = new ConcurrentHashMap<>();
    private final NamedRefusals named = new NamedRefusals();
    private final ReentrantLock writing = new ReentrantLock();
    private volatile Instant lastCleaning = Instant.EPOCH;

    Uses(ActivityTable table, Database database, AuditLog audit, HitCounters hits, MeterRegistry metrics, Clock clock) {
        this.table = table;
        this.database = database;
        this.audit = audit;
        this.hits = hits;
        this.dropped = Counter.builder("broker.activity.dropped")
                .description(
                        "Uses that no account's activity will show, for too many kinds of them waited for the store.")
                .register(metrics);
        this.clock = clock;
        this.lastDrain = clock.instant();
    }

    /** Notes one use. Never blocks. While the store is away for long, kinds of use that are new by then are left out. */
    public void add(Use use, Instant at) {
        var isNamed = !use.isRefusal() || use.resource().isEmpty() || waiting.containsKey(use) || named.admits(use);
        put(isNamed ? use : use.withoutResource(), new Times(1, at, at));
    }

    private void put(Use use, Times times) {
        if (waiting.size() < MOST || waiting.containsKey(use)) {
            waiting.merge(use, times, Times::plus);
        } else {
            dropped.increment((double) times.count());
        }
    }

    @Scheduled(every = "5s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void writeAndClean() {
        write();
        try {
            clean();
        } catch (StoreUnavailable away) {
            LOG.debugf("The activity of accounts is cleaned later: %s", away.getMessage());
        }
    }

    /** Writes what there is. Blocks; leaves it for later while the store is away. */
    void write() {
        writing.lock();
        try {
            drain();
            if (write(use -> true)) {
                named.clear();
            }
        } finally {
            writing.unlock();
        }
    }

    /** Writes the uses of one account, so that they can be read. Blocks for a moment; leaves it for later as above. */
    void writeToRead(AccountId account) {
        if (database.isAway() || !isMineToWrite()) {
            return;
        }
        try {
            var now = clock.instant();
            hits.takeOf(account, (use, count) -> addHits(use, count, now));
            write(use -> use.account().equals(account));
        } finally {
            writing.unlock();
        }
    }

    private boolean isMineToWrite() {
        try {
            return writing.tryLock(A_MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @return whether the store took them */
    private boolean write(Predicate<Use> which) {
        var now = new HashMap<Use, Times>();
        waiting.keySet().stream()
                .filter(which)
                .forEach(use -> Optional.ofNullable(waiting.remove(use)).ifPresent(times -> now.put(use, times)));
        try {
            table.add(now);
            return true;
        } catch (StoreUnavailable away) {
            LOG.debugf("The uses of accounts wait for the store: %s", away.getMessage());
            now.forEach(this::put);
            return false;
        }
    }

    private void drain() {
        var now = clock.instant();
        hits.take((use, count) -> addHits(use, count, now));
        lastDrain = now;
    }

    /** Hits have no time of their own: each was between the last drain and now. */
    private void addHits(Use use, long count, Instant now) {
        // A clock may have been set back.
        var since = lastDrain.isAfter(now) ? now : lastDrain;
        put(use, new Times(count, since, now));
        audit.sum(use.deed(), count, since);
    }

    private void clean() {
        var now = clock.instant();
        if (Window.of(lastCleaning, CLEANED_AFTER).contains(now)) {
            return;
        }
        lastCleaning = now;
        table.dropOld(now);
        table.trim(now);
    }

    /** After the last mint. */
    void writeRest(@Observes @Priority(4_100) ShutdownEvent stopping) {
        write();
        if (!waiting.isEmpty()) {
            LOG.warnf("%d kinds of use were not written to the store before the end", waiting.size());
        }
    }
}
