package io.tokenbroker.support;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.time.Time.Sleeper;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The broker's clock in tests: runs like the system's, and ahead of it by what a test says. Its pauses are short ones. */
public final class TestTime {

    /** What a pause of the broker's is divided by: what it waits for here is on this machine. */
    private static final int HURRY = 20;

    /** How far the ticker is ahead of the system's. It only grows: code relies on a ticker that never goes back. */
    private static final AtomicLong TICKER_AHEAD = new AtomicLong();

    private static volatile Duration ahead = Duration.ZERO;

    private TestTime() {}

    /** Moves the broker, its store's turns and both stand-ins. */
    public static void advance(Duration by) {
        ahead = ahead.plus(by);
        SandboxResource.sandbox().advance(by);
        StoreMemory.age(by);
    }

    /** Moves the ticker alone, by which the broker measures how long something has lasted. */
    public static void advanceTicker(Duration by) {
        TICKER_AHEAD.addAndGet(by.toNanos());
    }

    static Duration ahead() {
        return ahead;
    }

    static void reset() {
        ahead = Duration.ZERO;
    }

    @Alternative
    @Priority(1)
    static class Producer {

        @Produces
        @Singleton
        Clock clock() {
            return new Clock() {
                @Override
                public Instant instant() {
                    return Instant.now().plus(ahead);
                }

                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }
            };
        }

        @Produces
        @Singleton
        Ticker ticker() {
            return () -> System.nanoTime() + TICKER_AHEAD.get();
        }

        @Produces
        @Singleton
        Sleeper sleeper() {
            return pause -> LockSupport.parkNanos(pause.toNanos() / HURRY);
        }
    }
}
