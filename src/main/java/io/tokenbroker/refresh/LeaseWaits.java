package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.time.Sleeper;
import jakarta.inject.Singleton;
import java.time.Duration;

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
    private final MeterRegistry metrics;

    LeaseWaits(Ticker ticker, Sleeper sleeper, MeterRegistry metrics) {
        this.ticker = ticker;
        this.sleeper = sleeper;
        this.metrics = metrics;
    }

    /** A wait that is shorter than the lease of such an attempt. */
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
                metrics.timer("broker.store.lease.waits").record(length());
            }
        }
    }
}
