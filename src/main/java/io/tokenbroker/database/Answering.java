package io.tokenbroker.database;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * For how long the database has answered without a failure, by a clock that cannot be set. Time in which nothing was
 * asked, such as while the process was stopped, does not count.
 */
final class Answering {

    private static final Logger LOG = Logger.getLogger(Answering.class);

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

    /** @param isWrite whether it took a write, which ends that it was known to take none */
    synchronized void noteAnswer(String operation, boolean isWrite) {
        var wasAway = isAway();
        var now = ticker.read();
        if (!answers || now - last > LONGEST_GAP.toNanos()) {
            since = now;
        }
        takesWrites |= isWrite;
        answers = takesWrites;
        failuresInARow = 0;
        last = now;
        if (wasAway && answers) {
            LOG.infof("The store answers again (%s)", operation);
        }
    }

    /** Is logged once, and then again only after it has answered. */
    synchronized void noteFailure(String operation, StoreUnavailable why) {
        LOG.logf(
                isAway() ? Logger.Level.DEBUG : Logger.Level.WARN,
                "The store is away (%s): %s",
                operation,
                why.getMessage());
        answers = false;
        if (why.refusesWrites()) {
            // That is an answer: it may still be read.
            takesWrites = false;
            failuresInARow = 0;
        } else {
            failuresInARow++;
        }
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
