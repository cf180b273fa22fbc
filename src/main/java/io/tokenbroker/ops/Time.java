package io.tokenbroker.ops;

import com.github.benmanes.caffeine.cache.Ticker;
import io.tokenbroker.time.Sleeper;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.locks.LockSupport;

/** The one place that knows the time; everything else is given a clock, a ticker that cannot be set, or a sleeper. */
class Time {

    @Produces
    @Singleton
    Clock clock() {
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
}
