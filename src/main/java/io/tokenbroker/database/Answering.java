package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/**
 * For how long the database has answered without a failure, by a clock that cannot be set. Nobody counts time in which
 * nothing was asked, such as while the process was stopped.
 */
final class Answering {

    /** It is asked once a second. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(3);

    private final Ticker ticker;
    private boolean answers;
    private int failuresInARow;
    private long since;
    private long last;

    Answering(Ticker ticker) {
        this.ticker = ticker;
    }

    synchronized void noteAnswer() {
        var now = ticker.read();
        if (!answers || now - last > LONGEST_GAP.toNanos()) {
            since = now;
        }
        answers = true;
        failuresInARow = 0;
        last = now;
    }

    synchronized void noteFailure() {
        answers = false;
        failuresInARow++;
        last = ticker.read();
    }

    /** Zero while it does not answer. */
    synchronized Duration duration() {
        var now = ticker.read();
        return answers && now - last <= LONGEST_GAP.toNanos() ? Duration.ofNanos(now - since) : Duration.ZERO;
    }

    /** Whether the last answer was none. */
    synchronized boolean isAway() {
        return failuresInARow > 0;
    }

    /** Whether it is so sure to be away that only the next probe, a second later, is worth asking it. */
    synchronized boolean isResting() {
        return failuresInARow >= 2;
    }
}
