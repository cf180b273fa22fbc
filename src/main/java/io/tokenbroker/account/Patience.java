package io.tokenbroker.account;

import io.tokenbroker.problem.BrokerException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * How long another broker that writes to the same account is waited for.
 *
 * @param looks how often to look
 */
record Patience(int looks, Duration between) {

    /** A rotation is five short calls. */
    static final Patience USUAL = new Patience(20, Duration.ofMillis(100));

    /**
     * What {@code work} gives at last. Blocks.
     *
     * @throws BrokerException if it never gave anything
     */
    <T> T await(Supplier<Optional<T>> work) {
        for (var look = 1; look < looks; look++) {
            var done = work.get();
            if (done.isPresent()) {
                return done.get();
            }
            LockSupport.parkNanos(between.toNanos());
        }
        return work.get().orElseThrow(Claims::busy);
    }
}
