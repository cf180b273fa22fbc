package io.tokenbroker.time;

import java.time.Duration;
import java.time.Instant;

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
