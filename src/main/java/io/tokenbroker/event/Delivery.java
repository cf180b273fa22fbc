package io.tokenbroker.event;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.OutboxRows.Claimed;
import io.tokenbroker.event.OutboxRows.Due;
import io.tokenbroker.event.ReceiverHttp.Answer;
import io.tokenbroker.event.Receivers.Receiver;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import org.jboss.logging.Logger;

/** Sends what is in the outbox, each receiver on its own: one that hangs delays no other. */
@Singleton
class Delivery {

    private static final Logger LOG = Logger.getLogger(Delivery.class);

    private static final int PAGE = 100;
    private static final int AT_ONCE = 8;

    /** Longer than a send takes; what a broker that died has claimed is due again then. */
    private static final Duration CLAIM = Duration.ofMinutes(1);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(3);

    private final Receivers receivers;
    private final OutboxRows rows;
    private final ReceiverHttp http;
    private final MeterRegistry metrics;
    private final ExecutorService threads;
    private final Clock clock;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    Delivery(
            Receivers receivers,
            OutboxRows rows,
            ReceiverHttp http,
            MeterRegistry metrics,
            @VirtualThreads ExecutorService threads,
            Clock clock) {
        this.receivers = receivers;
        this.rows = rows;
        this.http = http;
        this.metrics = metrics;
        this.threads = threads;
        this.clock = clock;
    }

    @Scheduled(every = "1s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void sendWhatIsDue() {
        for (var receiver : receivers.all()) {
            if (busy.add(receiver.name())) {
                threads.execute(() -> sendAllTo(receiver));
            }
        }
    }

    /** Also without receivers: there may be rows of those that there were. */
    @Scheduled(every = "1h", delayed = "1m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void dropOld() {
        orLater(() -> {
            receivers.all().forEach(this::giveUpOverdue);
            rows.dropDead();
            rows.dropLeft(receivers.all().stream().map(Receiver::name).collect(Collectors.toSet()));
        });
    }

    private void giveUpOverdue(Receiver receiver) {
        for (var dead = rows.buryOverdue(receiver.name()); dead > 0; dead = rows.buryOverdue(receiver.name())) {
            count(receiver, "dead", dead);
            LOG.errorf(
                    "%d events waited for 30 days behind others that did not reach %s, and are given up",
                    dead, receiver);
        }
    }

    private void sendAllTo(Receiver receiver) {
        var dead = new AtomicInteger();
        try {
            orLater(() -> {
                for (var due = rows.due(receiver.name(), PAGE); !due.isEmpty(); due = rows.due(receiver.name(), PAGE)) {
                    due.stream()
                            .gather(Gatherers.mapConcurrent(AT_ONCE, event -> send(receiver, event, dead)))
                            .forEach(ended -> count(receiver, ended, 1));
                }
            });
        } finally {
            if (dead.get() > 1) {
                LOG.errorf("And %d more events for %s are given up", dead.get() - 1, receiver);
            }
            busy.remove(receiver.name());
        }
    }

    private static void orLater(Runnable work) {
        try {
            work.run();
        } catch (StoreUnavailable away) {
            LOG.debugf("Events wait for the store: %s", away.getMessage());
        }
    }

    private String send(Receiver receiver, Due due, AtomicInteger dead) {
        var claimed = rows.claim(due, CLAIM);
        if (claimed.isEmpty()) {
            return "left";
        }
        var event = claimed.get();
        return switch (http.post(receiver, event, clock.instant())) {
            case Answer.Taken _ -> {
                rows.delivered(due);
                yield "delivered";
            }
            case Answer.Refused(var why) -> failed(event, why, dead);
        };
    }

    private String failed(Claimed event, String why, AtomicInteger dead) {
        var now = clock.instant();
        if (now.isBefore(event.firstTryAt().plus(GIVEN_UP_AFTER))) {
            rows.postpone(event, why, now.plus(pause(event.turn().attempts())));
            return "failed";
        }
        rows.bury(event, why);
        // After a long outage thousands die together.
        if (dead.getAndIncrement() == 0) {
            LOG.errorf(
                    "Event %s (%s) did not reach %s in three days and is given up: %s",
                    event.id(), event.type(), event.turn().receiver(), why);
        }
        return "dead";
    }

    /** Doubles from {@link #FIRST_PAUSE}, and is shortened by up to a fifth so that not all come back at once. */
    private static Duration pause(long attempts) {
        var doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts - 1, 10));
        var pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return pause.minusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 5));
    }

    private void count(Receiver receiver, String outcome, int events) {
        metrics.counter("broker.events", "receiver", receiver.name(), "outcome", outcome)
                .increment(events);
    }
}
