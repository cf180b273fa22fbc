package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * For how long the database has answered without a failure, by a clock that cannot be set. Time in which nothing was
 * asked, such as while the process was stopped, does not count.
 */
final class Answering {

    /** It is asked once a second. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(3);

    private final Ticker ticker;
    private boolean answers;
    private boolean takesWrites = true;
    private int failuresInARow;
    private long since;
    private long last;

    Answering(Ticker ticker) {
        this.ticker = ticker;
    }

    /** @param isProof whether it took a write, which ends that it was known to take none */
    synchronized void noteAnswer(boolean isProof) {
        var now = ticker.read();
        takesWrites |= isProof;
        if (!answers || now - last > LONGEST_GAP.toNanos()) {
            since = now;
        }
        answers = takesWrites;
        failuresInARow = 0;
        last = now;
    }

    /** @param refusesWrites whether it has answered that it will take none for a while; it may still be read */
    synchronized void noteFailure(boolean refusesWrites) {
        answers = false;
        takesWrites &= !refusesWrites;
        failuresInARow = refusesWrites ? 0 : failuresInARow + 1;
        last = ticker.read();
    }

    /** Zero while it does not answer. */
    synchronized Duration duration() {
        var now = ticker.read();
        return answers && now - last <= LONGEST_GAP.toNanos() ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether the last answer was none, or no write has succeeded since it refused one. */
    synchronized boolean isAway() {
        return failuresInARow > 0 || !takesWrites;
    }

    synchronized boolean takesWrites() {
        return takesWrites;
    }

    /** Whether it is so sure to be away that only the next probe, a second later, is worth asking it. */
    synchronized boolean isResting() {
        return failuresInARow >= 2;
    }
}
