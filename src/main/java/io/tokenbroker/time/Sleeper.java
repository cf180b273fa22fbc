package io.tokenbroker.time;

import java.time.Duration;

/** Lets time pass. */
@FunctionalInterface
public interface Sleeper {

    /** Blocks for so long; returns at once while the thread is interrupted. */
    void sleep(Duration time);
}
