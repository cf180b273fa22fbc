package io.tokenbroker.ops;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The one place that knows the time of day; everything else is given a clock. */
class Time {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }
}
