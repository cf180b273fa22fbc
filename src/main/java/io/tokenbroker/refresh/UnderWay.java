package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** The refreshes under way: how many, how old the oldest is, and the wait for their ends when the broker stops. */
@Singleton
class UnderWay {

    private static final Logger LOG = Logger.getLogger(UnderWay.class);

    /** From a look at the row: the tenant's queue, two sends, and an attempt to store twice, each as slow as can be. */
    private static final Duration LONGEST_STEP = Duration.ofSeconds(75);

    private final Ticker ticker;
    private final Set<Refresh> refreshes = ConcurrentHashMap.newKeySet();

    /** The refreshes under way, and one party more until the broker stops. */
    private final Phaser ends = new Phaser(1);

    private volatile boolean isStopping;

    UnderWay(MeterRegistry metrics, Ticker ticker) {
        this.ticker = ticker;
        Gauge.builder("broker.refreshes.in.flight", refreshes, Set::size)
                .description("Refreshes under way, those that wait for another replica's among them.")
                .register(metrics);
        Gauge.builder("broker.refreshes.oldest.seconds", this, UnderWay::secondsOfOldest)
                .description("For how long the oldest refresh has been under way.")
                .register(metrics);
    }

    Refresh begin() {
        ends.register();
        var refresh = new Refresh(ticker.read());
        refreshes.add(refresh);
        return refresh;
    }

    boolean isStopping() {
        return isStopping;
    }

    private double secondsOfOldest() {
        var now = ticker.read();
        return refreshes.stream()
                .mapToDouble(refresh -> (now - refresh.began) / 1e9)
                .max()
                .orElse(0);
    }

    /** Some refreshes are no part of a request, and what they spend must be stored: after keep-alive, before the rest. */
    void finish(@Observes @Priority(3_000) ShutdownEvent stopping) throws InterruptedException {
        isStopping = true;
        var phase = ends.arriveAndDeregister();
        if (ends.getUnarrivedParties() > 0) {
            LOG.info("The broker stops when the refreshes that have begun are through");
        }
        try {
            ends.awaitAdvanceInterruptibly(phase, LONGEST_STEP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // An exception would skip the next steps of the stop.
            LOG.error("Refreshes are still under way; the broker stops without them");
        }
    }

    /** One of them. */
    final class Refresh implements AutoCloseable {

        private final long began;

        private Refresh(long began) {
            this.began = began;
        }

        @Override
        public void close() {
            refreshes.remove(this);
            ends.arriveAndDeregister();
        }
    }
}
