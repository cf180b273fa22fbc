package io.tokenbroker.time;

import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The one place that knows the time; everything else is given a clock, a ticker that cannot be set, or a sleeper. */
public class Time {

    @Produces
    @Singleton
    Clock clock() {
        return system();
    }

    /** For a command that runs without beans. */
    public static Clock system() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Ticker ticker() {
        return Ticker.systemTicker();
    }

    @Produces
    @Singleton
    Sleeper sleeper() {
        return time -> LockSupport.parkNanos(time.toNanos());
    }

    /** Rounded up to whole seconds, so that a caller that waits so long is not too early. */
    public static long wholeSeconds(Duration wait) {
        return wait.plusMillis(999).toSeconds();
    }

    /** Lets time pass. */
    @FunctionalInterface
    public interface Sleeper {

        /** Blocks for so long; returns at once while the thread is interrupted. */
        void sleep(Duration time);
    }

    /** A span of time. A moment before it is outside it too, so that a clock that was set back prolongs nothing. */
    public record Window(Instant from, Instant until) {

        public static Window of(Instant from, Duration length) {
            return new Window(from, from.plus(length));
        }

        public boolean contains(Instant now) {
            return !now.isBefore(from) && now.isBefore(until);
        }

        /** The time until its end; zero outside it. */
        public Duration left(Instant now) {
            return contains(now) ? Duration.between(now, until) : Duration.ZERO;
        }
    }
}
