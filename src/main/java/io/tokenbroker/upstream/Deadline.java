package io.tokenbroker.upstream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bounds a whole exchange with an upstream: an HTTP client's own time-outs begin anew with each part of the answer. */
public final class Deadline {

    private Deadline() {}

    /**
     * Runs the call on a thread of its own, which is interrupted when time runs out. Blocks.
     *
     * @throws IOException if it did not end well; the cause is a {@link TimeoutException} if time ran out
     */
    public static <T> T within(Duration time, Callable<T> call) throws IOException {
        var exchange = new FutureTask<>(call);
        Thread.startVirtualThread(exchange);
        try {
            return exchange.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            exchange.cancel(true);
        }
    }
}
