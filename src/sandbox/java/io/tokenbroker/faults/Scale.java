package io.tokenbroker.faults;

import java.time.Duration;
import java.util.List;

/**
 * How much is done.
 *
 * @param accounts all together, half of each kind
 * @param share how many of each kind one fault befalls
 * @param everything every fault, or of each sort one or two
 * @param randomKills how often the broker is killed under load
 * @param hanging how long a provider hangs beside another; zero for not at all
 * @param late how long, all together, those may take that do not mint at once after a fault
 */
record Scale(long seed, int accounts, int share, boolean everything, int randomKills, Duration hanging, Duration late) {

    static Scale full(long seed, int accounts) {
        return new Scale(
                seed,
                accounts,
                Math.clamp(accounts / 16, 1, 6),
                true,
                2,
                Duration.ofSeconds(30),
                Duration.ofSeconds(130));
    }

    static Scale small(long seed) {
        // A claim left by a killed broker is good for a minute.
        return new Scale(seed, 48, 3, false, 1, Duration.ZERO, Duration.ofSeconds(130));
    }

    /** All of them, or the first few. */
    <T> List<T> some(List<T> all, int few) {
        return everything ? all : all.subList(0, Math.min(few, all.size()));
    }
}
