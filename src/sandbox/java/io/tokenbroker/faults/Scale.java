package io.tokenbroker.faults;

import java.time.Duration;
import java.util.List;

/**
 * How much is done.
 *
 * @param accounts all together, half of each kind
 * @param replicas one with SQLite, several with PostgreSQL
 * @param share how many of each kind one fault befalls
 * @param atAPoint the same for each point of a kill that strikes at many
 * @param underLoad the same for a kill under load
 * @param everything every fault, or of each sort one or two
 * @param randomKills how often the broker is killed under load
 * @param hanging how long a provider hangs beside another; zero for not at all
 * @param late how long, all together, those may take that do not mint in their time
 */
record Scale(
        long seed,
        int accounts,
        int replicas,
        int share,
        int atAPoint,
        int underLoad,
        boolean everything,
        int randomKills,
        Duration hanging,
        Duration late) {

    private static final Duration LATE = Duration.ofSeconds(60);

    static Scale full(long seed, int accounts, int replicas) {
        return new Scale(
                seed,
                accounts,
                replicas,
                Math.clamp(accounts / 16, 1, 6),
                Math.clamp(accounts / 64, 1, replicas == 1 ? 3 : 2),
                Math.max(1, accounts / 4),
                true,
                2,
                Duration.ofSeconds(30),
                LATE);
    }

    static Scale small(long seed, int replicas) {
        return new Scale(seed, replicas == 1 ? 60 : 80, replicas, 2, 1, 10, false, 0, Duration.ZERO, LATE);
    }

    /** All of them, or the first few. */
    <T> List<T> some(List<T> all, int few) {
        return everything ? all : all.subList(0, Math.min(few, all.size()));
    }
}
