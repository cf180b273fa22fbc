package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.tokenbroker.database.Opening.StoreFile;
import io.tokenbroker.database.Session.Row;
import io.tokenbroker.database.Session.Work;
import io.tokenbroker.database.StoreUnavailable.NotAsked;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.Bulkhead.Turns;
import io.tokenbroker.upstream.Calls;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs work on the store's database, each piece bounded in time. Blocks. */
@Startup
@Singleton
public class Database {

    /** Twice as long as a statement may take. */
    private static final int LONGEST_WAIT_SECONDS = 8;

    private final Opening opened;
    private final Optional<StoreFile> file;
    private final HikariDataSource pool;
    private final Answering answering;
    private final Calls calls;

    /** One for each connection. SQLite's native calls would hold the carrier of every virtual thread. */
    private final ExecutorService threads;

    private final Turns turns;

    private final ScheduledExecutorService probes = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().daemon().name("store-probe").factory());

    Database(BrokerSettings settings, StoreCredentials credentials, MeterRegistry metrics, Calls calls, Ticker ticker) {
        this.opened = Opening.of(settings.store());
        this.file = opened.engine().file(settings.store().url()).map(StoreFile::new);
        this.calls = calls;
        this.answering = new Answering(ticker);
        this.pool = new HikariDataSource(opened.pool(settings.store(), credentials, metrics));
        this.threads = Executors.newFixedThreadPool(
                pool.getMaximumPoolSize(),
                Thread.ofPlatform().daemon().name("store-", 0).factory());
        this.turns = new Turns(threads);
        probe();
        var _ = probes.scheduleWithFixedDelay(this::probe, 1, 1, TimeUnit.SECONDS);
    }

    public Engine engine() {
        return opened.engine();
    }

    /** Where it is, without user, password and parameters. */
    public String name() {
        return opened.name();
    }

    /** Whether this start made it. */
    public boolean isNew() {
        return opened.isNew();
    }

    /** For how long it has answered without a failure; zero while it does not. */
    public Duration answeringFor() {
        return answering.duration();
    }

    public boolean isAway() {
        return answering.isAway();
    }

    /**
     * Work with each statement committed by itself.
     *
     * @param operation what it is called in the metric {@code broker.store.operations}
     * @throws StoreUnavailable if it did not succeed, or may have and the answer was lost
     */
    public <T> T run(String operation, Work<T> work) {
        requireAnswers();
        return measured(operation, false, () -> {
            // It may have gone away while this work waited for its turn.
            requireAnswers();
            return onConnection(work);
        });
    }

    /** All rows of one statement, as {@link #run}. */
    public <T> List<T> rows(String operation, Row<T> row, String sql, @Nullable Object... values) {
        return run(operation, session -> session.rows(row, sql, values));
    }

    /** The first row of one statement, as {@link #run}. */
    public <T> Optional<T> first(String operation, Row<T> row, String sql, @Nullable Object... values) {
        return run(operation, session -> session.first(row, sql, values));
    }

    /** The number of rows that one statement has changed, as {@link #run}. */
    public int update(String operation, String sql, @Nullable Object... values) {
        return run(operation, session -> session.update(sql, values));
    }

    /**
     * Work that is done as a whole or not at all. It is tried also where the database did not answer a moment ago.
     *
     * @throws StoreUnavailable as {@link #run}
     */
    public <T> T transaction(String operation, Work<T> work) {
        return measured(operation, true, () -> onConnection(session -> session.transaction(work)));
    }

    private void requireAnswers() {
        if (answering.isResting()) {
            throw new NotAsked();
        }
    }

    /** @param isWrite whether success shows that the database takes writes */
    private <T> T measured(String operation, boolean isWrite, Supplier<T> work) {
        try {
            var result = calls.ofStore(operation, () -> onThread(work));
            answering.noteAnswer(operation, isWrite);
            return result;
        } catch (NotAsked e) {
            throw e;
        } catch (StoreUnavailable e) {
            if (!e.refusesThisAlone()) {
                answering.noteFailure(operation, e);
            }
            throw e;
        }
    }

    /** What has not begun in time is not done. */
    private <T> T onThread(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, turns)
                    .orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw switch (e.getCause()) {
                case StoreUnavailable cause -> cause;
                case RuntimeException cause -> StoreUnavailable.of(cause);
                case TimeoutException _ -> new StoreUnavailable("no answer in time");
                case null, default -> e;
            };
        } catch (RejectedExecutionException stopping) {
            throw new StoreUnavailable("the broker is stopping");
        }
    }

    private <T> T onConnection(Work<T> work) {
        file.ifPresent(StoreFile::require);
        try {
            try (var connection = pool.getConnection()) {
                return orEvict(connection, work);
            }
        } catch (SQLException e) {
            throw StoreUnavailable.of(e);
        }
    }

    /** A connection in an unknown state is not used again: SQLite, for one, has rolled back already when the disk is full. */
    private <T> T orEvict(Connection connection, Work<T> work) throws SQLException {
        try {
            return work.in(new Session(connection));
        } catch (SQLException | RuntimeException e) {
            if (!(e instanceof SQLException refused && StoreUnavailable.refusesThisAlone(refused))) {
                pool.evictConnection(connection);
            }
            throw e;
        }
    }

    private void probe() {
        try {
            if (file.isPresent() && file.get().isAnother()) {
                pool.getHikariPoolMXBean().softEvictConnections();
            }
            var _ = measured("probe", false, () -> onConnection(session -> session.rows(row -> 1, "SELECT 1")));
            if (!answering.takesWrites()) {
                // Reading works on a full disk too; this needs the room that a row needs.
                var _ = transaction("probe", Session::takeRow);
            }
        } catch (RuntimeException e) {
            // The outage is noted already. After any failure the next probe must run.
        }
    }

    /** Does this each second, beside the probe, until the broker stops. It must not throw. */
    public void eachSecond(Runnable work) {
        var _ = probes.scheduleWithFixedDelay(work, 1, 1, TimeUnit.SECONDS);
    }

    @PreDestroy
    void close() {
        probes.shutdownNow();
        threads.shutdown();
        pool.close();
    }
}
