package io.tokenbroker.refresh;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenbroker.fusionauth.Link;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Counts accounts with an old sign-in of which the store knows nothing, as after a store was lost: the link's own token is
 * near its end (Entra: 90 days), and then only a person can help.
 */
@Singleton
public class UnknownGrants {

    private static final Logger LOG = Logger.getLogger(UnknownGrants.class);
    private static final Duration OLD = Duration.ofDays(60);

    private final Clock clock;
    private final Counter counter;
    private final AtomicLong count = new AtomicLong();

    UnknownGrants(MeterRegistry metrics, Clock clock) {
        this.clock = clock;
        this.counter = Counter.builder("broker.store.unknown.grants")
                .description("Accounts with a sign-in older than 60 days of which the store knew nothing.")
                .register(metrics);
    }

    /** Counts a link if its sign-in is old. Call it when the link's row has just been begun. */
    void note(Link link) {
        if (link.lastAuthorizedAt()
                .filter(then -> then.isBefore(clock.instant().minus(OLD)))
                .isEmpty()) {
            return;
        }
        counter.increment();
        if (count.incrementAndGet() == 1) {
            LOG.warn(
                    "The store knows nothing of an account whose sign-in is older than 60 days. Was a store lost? Readiness counts them");
        }
    }

    /** How many since the start. */
    public long count() {
        return count.get();
    }
}
