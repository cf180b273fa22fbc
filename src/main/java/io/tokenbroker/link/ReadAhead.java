package io.tokenbroker.link;

import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/** Reads a link in use again before it is too old to be answered from, so that no caller has to wait for FusionAuth. */
@Singleton
public class ReadAhead {

    private static final int AT_ONCE = 8;
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(5);

    private final RememberedLinks links;
    private final AheadOfTime readings;
    private final Clock clock;
    private final Duration dueAfter;

    ReadAhead(
            RememberedLinks links,
            @VirtualThreads ExecutorService threads,
            CacheBudget memory,
            BrokerSettings settings,
            Clock clock) {
        this.links = links;
        this.readings =
                new AheadOfTime(threads, clock, memory, Share.READS_AHEAD, AT_ONCE, Duration.ZERO, AFTER_A_FAILURE);
        this.clock = clock;
        this.dueAfter = AheadOfTime.dueAfter(settings);
    }

    /** Starts a reading if this link, which is being used, is due. Never blocks. */
    public void readIfDue(Remembered remembered) {
        if (Duration.between(remembered.readAt(), clock.instant()).compareTo(dueAfter) >= 0) {
            var id = AccountId.of(remembered.link());
            readings.start(ReadAhead.class, id, () -> links.read(id));
        }
    }
}
