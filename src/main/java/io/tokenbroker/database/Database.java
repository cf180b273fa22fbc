package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import io.tokenbroker.database.Session.Row;
import io.tokenbroker.database.Session.Work;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on the store's database, each piece bounded in time. Blocks.
 */
@Startup
@Singleton
public class Database {

    private static final Logger LOG = Logger.getLogger(Database.class);

    /** The probe after a write was refused; a read would not tell when that is over. */
    private static final String WRITING = "probe_write";

    private final Engine engine;
    private final String name;
    private final boolean isNew;
    private final StoreFile file;
    private final HikariDataSource pool;
    private final Answering answering;
    private final MeterRegistry metrics;
    private final Workers workers;

    private final ScheduledExecutorService probes = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("store-probe").factory());

    Database(BrokerSettings settings, MeterRegistry metrics, Ticker ticker) {
        var opened = Opening.of(settings.store());
        this.engine = opened.engine();
        this.name = opened.name();
        this.isNew = opened.isNew();
        this.file = new StoreFile(engine.file(settings.store().url()));
        this.metrics = metrics;
        this.answering = new Answering(ticker);
        this.pool = new HikariDataSource(opened.pool(settings.store(), metrics));
        this.workers = new Workers(pool.getMaximumPoolSize());
        probe();
        var _ = probes.scheduleWithFixedDelay(this::probe, 1, 1, TimeUnit.SECONDS);
    }

    public Engine engine() {
        return engine;
    }

    /** Where it is, without user, password and parameters. */
    public String name() {
        return name;
    }

    /** Whether this start made it. */
    public boolean isNew() {
        return isNew;
    }

    /** For how long it has answered without a failure; zero while it does not. */
    public Duration answeringFor() {
        return answering.duration();
    }

    public boolean isAway() {
        return answering.isAway();
    }

    /**
     * Work whose every statement is committed by itself.
     *
     * @param operation what it is called in the metric {@code broker.store.operations}
     * @throws StoreUnavailable if it did not succeed, or may have and the answer was lost
     */
    public <T> T run(String operation, Work<T> work) {
        requireAnswers();
        return measured(operation, () -> {
            // It may have gone away while this work waited for its turn.
            requireAnswers();
            return onConnection(connection -> work.in(new Session(connection)));
        });
    }

    private void requireAnswers() {
        if (answering.isResting()) {
            throw new StoreUnavailable("it did not answer a moment ago");
        }
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
        return measured(
                operation,
                () -> onConnection(connection -> {
                    connection.setAutoCommit(false);
                    var result = work.in(new Session(connection));
                    connection.commit();
                    connection.setAutoCommit(true);
                    return result;
                }));
    }

    private <T> T measured(String operation, Workers.Work<T> attempt) {
        var start = Timer.start(metrics);
        var outcome = "failed";
        try {
            var result = workers.run(attempt);
            noteAnswer(operation, operation.equals(WRITING));
            outcome = "done";
            return result;
        } catch (SQLException e) {
            throw failed(operation, StoreUnavailable.of(e));
        } catch (StoreUnavailable e) {
            throw failed(operation, e);
        } finally {
            start.stop(metrics.timer("broker.store.operations", "operation", operation, "outcome", outcome));
        }
    }

    private void noteAnswer(String operation, boolean isProof) {
        var wasAway = answering.isAway();
        answering.noteAnswer(isProof);
        if (wasAway && !answering.isAway()) {
            LOG.infof("The store answers again (%s)", operation);
        }
    }

    private StoreUnavailable failed(String operation, StoreUnavailable why) {
        // Once, and then again only after it has answered.
        LOG.logf(
                answering.isAway() ? Logger.Level.DEBUG : Logger.Level.WARN,
                "The store does not answer (%s): %s",
                operation,
                why.getMessage());
        answering.noteFailure(why.refusesWrites());
        return why;
    }

    private <T> T onConnection(OnConnection<T> work) throws SQLException {
        file.require();
        var connection = pool.getConnection();
        try (connection) {
            return work.in(connection);
        } catch (SQLException | RuntimeException e) {
            // SQLite has rolled back already when the disk is full; a connection in an unknown state serves nobody.
            pool.evictConnection(connection);
            throw e;
        }
    }

    private void probe() {
        try {
            if (file.isAnother()) {
                pool.getHikariPoolMXBean().softEvictConnections();
            }
            if (answering.takesWrites()) {
                var _ = measured("probe", () -> onConnection(one -> new Session(one).rows(row -> 1, "SELECT 1")));
            } else {
                // Reading may work on a full disk. This writes what a row needs, and leaves nothing.
                var _ = transaction(WRITING, session -> {
                    session.update("CREATE TABLE token_broker_probe (id BIGINT)");
                    return session.update("DROP TABLE token_broker_probe");
                });
            }
        } catch (RuntimeException away) {
            LOG.debugf("The store is away: %s", away.getMessage());
        }
    }

    @PreDestroy
    void close() {
        probes.shutdownNow();
        workers.close();
        pool.close();
    }

    @FunctionalInterface
    private interface OnConnection<T> {
        T in(Connection connection) throws SQLException;
    }
}
