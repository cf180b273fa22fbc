package io.tokenbroker.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The platform threads on which all calls to the database run, one for each connection, in the order in which they come.
 * SQLite's native calls would hold the carrier of every virtual thread, while they wait for the disk or another process.
 */
final class Workers implements AutoCloseable {

    /** Twice as long as a statement may take. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

    private final ExecutorService threads;

    Workers(int count) {
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("store-", 0).factory());
    }

    /** Does work on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T call() throws SQLException;
    }

    /** Blocks until the work has been done, but not for long; what has not begun by then is not done. */
    <T> T run(Work<T> work) throws SQLException {
        var turn = submitted(work);
        try {
            return turn.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new StoreUnavailable("no answer in time");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable("the broker is stopping");
        } finally {
            turn.cancel(false);
        }
    }

    private <T> Future<T> submitted(Work<T> work) {
        try {
            return threads.submit(work::call);
        } catch (RejectedExecutionException stopping) {
            throw new StoreUnavailable("the broker is stopping");
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
