package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.time.Time.Sleeper;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for the attempt of another replica by looking again and again: soon at first, then ever less often. Measured as
 * {@code broker.store.lease.waits}.
 */
@Singleton
class LeaseWaits {

    private static final Duration FIRST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Ticker ticker;
    private final Sleeper sleeper;
    private final Timer waits;

    LeaseWaits(Ticker ticker, Sleeper sleeper, MeterRegistry metrics) {
        this.ticker = ticker;
        this.sleeper = sleeper;
        this.waits = metrics.timer("broker.store.lease.waits");
    }

    /** A wait that is shorter than the lease of an attempt at such a provider. */
    Wait begin(Rotation rotation) {
        return new Wait(Duration.ofSeconds(rotation == Rotation.REUSABLE ? 10 : 25));
    }

    /** The wait of one refresh. */
    final class Wait implements AutoCloseable {

        private final Duration patience;
        private final long began = ticker.read();
        private Duration next = FIRST;

        private Wait(Duration patience) {
            this.patience = patience;
        }

        /** Blocks until the next look is due; false if this has lasted too long already. */
        boolean pause() {
            if (length().compareTo(patience) >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            sleeper.sleep(next);
            var longer = next.multipliedBy(3).dividedBy(2);
            next = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
            return true;
        }

        /** How much longer it may last. */
        Duration left() {
            return patience.minus(length());
        }

        private Duration length() {
            return Duration.ofNanos(ticker.read() - began);
        }

        @Override
        public void close() {
            if (!next.equals(FIRST)) {
                waits.record(length());
            }
        }
    }

    /** One refresh at a time for a grant in this process: the others need not ask the store for their turn. */
    @Singleton
    static class GrantTurns {

        private final LoadingCache<TokenSpec.Grant, ReentrantLock> locks =
                Caffeine.newBuilder().weakValues().build(grant -> new ReentrantLock());

        Turn of(TokenSpec.Grant grant) {
            return new Turn(locks.get(grant));
        }

        /** A turn that is taken or not; it ends with the refresh. */
        static final class Turn implements AutoCloseable {

            private final ReentrantLock lock;

            private Turn(ReentrantLock lock) {
                this.lock = lock;
            }

            /** Takes the turn if it is free, or taken by this refresh already. */
            boolean take() {
                return lock.isHeldByCurrentThread() || lock.tryLock();
            }

            /** Takes the turn; false if it does not come in so long. Blocks. */
            boolean await(Duration patience) {
                try {
                    return lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException stopping) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }

            @Override
            public void close() {
                if (lock.isHeldByCurrentThread()) {
                    lock.unlock();
                }
            }
        }
    }
}
