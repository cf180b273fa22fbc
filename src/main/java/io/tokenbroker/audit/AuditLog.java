package io.tokenbroker.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.AuditEvent.Owned;
import io.tokenbroker.audit.AuditEvent.Repeated;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.AuditSettings.Hits;
import io.tokenbroker.settings.AuditSettings.OnFailure;
import io.tokenbroker.settings.BrokerSettings;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Writes events to the file, if there is one; what that does not take, and all without one, goes to the log. */
@Singleton
public class AuditLog {

    /** What can be configured by this name is the events alone. */
    private static final Logger EVENTS = Logger.getLogger("io.tokenbroker.audit");

    private static final Logger LOG = Logger.getLogger("io.tokenbroker.auditing");

    private static final int MOST_WAITING = 10_000;
    private static final int MOST_SUMS = 20_000;
    private static final int SECONDS_AT_THE_END = 10;

    /** Of one caller, and of all who are unknown: further ones could fill a disk. */
    private static final int SINGLE_REFUSALS = 100;

    private final Optional<AuditFile> file;
    private final boolean isRequired;
    private final boolean sumsHits;
    private final Clock clock;
    private final Counter unwritten;
    private final FirstOfMinute singleRefusals;
    private final Map<Deed, Repeated> sums = new HashMap<>();
    private volatile boolean isFailing;

    /** Of refusals: the event loop, where most of them arise, waits for no disk. */
    private final ExecutorService writer;

    AuditLog(BrokerSettings settings, MeterRegistry metrics, Clock clock) {
        this.file = settings.audit().file().map(Path::of).map(AuditFile::new);
        this.isRequired = settings.audit().onFailure() == OnFailure.REFUSE;
        this.sumsHits = settings.audit().hits() == Hits.SUMMED;
        this.clock = clock;
        this.singleRefusals = new FirstOfMinute(SINGLE_REFUSALS, clock);
        this.unwritten = Counter.builder("broker.audit.unwritten")
                .description("Audit events that the file did not take, or that were too many to write.")
                .register(metrics);
        this.writer = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("audit").factory(),
                (event, queue) -> unwritten.increment());
    }

    void open(@Observes StartupEvent start) {
        try {
            if (file.isPresent()) {
                file.get().require();
            }
        } catch (IOException e) {
            if (isRequired) {
                throw new ConfigurationException(
                        "broker.audit.file: %s cannot be written; let the broker's user write to file and folder"
                                .formatted(file.get().path()));
            }
            noteFailure(e);
        }
    }

    /** Whether hits are summed. While the file fails and {@code on-failure=refuse}, each is written first. */
    public boolean sumsHits() {
        return sumsHits && !(isRequired && isFailing);
    }

    /**
     * Writes what must be written before the token leaves. Blocks.
     *
     * @throws BrokerException if it cannot be written, and the settings say that the token stays here then
     */
    public void writeFirst(AuditEvent event) {
        if (!isRequired) {
            write(event);
        } else if (!isWritten(event)) {
            throw new BrokerException(
                            ProblemType.STORE_UNAVAILABLE,
                            "The broker cannot write its audit file, and gives out no token without. The broker's operator makes room "
                                    + "on the disk, or lets it write: broker.audit.file. Try again then.")
                    .withRetryAfter(Duration.ofSeconds(5));
        }
    }

    /** Writes what has been done, and is not undone if this fails. Blocks. */
    public void write(AuditEvent event) {
        if (!isWritten(event)) {
            EVENTS.info(event.line());
        }
    }

    /** Tells of a refusal a moment later; of a caller with many, of the rest by a minute's sum. Never blocks. */
    public void refused(Deed deed, Origin origin) {
        if (singleRefusals.passes(deed.actor().alone())) {
            writeSoon(AuditEvent.of(clock.instant(), deed.withFewScopes(), origin));
        } else {
            sum(deed.inBrief(), 1, clock.instant());
        }
    }

    private void writeSoon(AuditEvent event) {
        writer.execute(() -> write(event));
    }

    /** Writes what a user has done to an account of their own. Blocks. */
    public void writeOwn(
            Action action, Caller.User user, Optional<AccountId> account, String outcome, RoutingContext request) {
        var origin = Origin.of(request);
        var own = account.map(id -> new Owned(id, Optional.of(user.id())));
        write(AuditEvent.of(clock.instant(), Deed.of(action, Actor.of(user), own, origin.door(), outcome), origin));
    }

    /** Writes what the broker has done of its own accord, be it because of a request. Blocks. */
    public void writeOfBroker(Action action, AccountId account, UUID owner, String outcome, Origin origin) {
        var owned = Optional.of(new Owned(account, Optional.of(owner)));
        write(AuditEvent.of(clock.instant(), Deed.of(action, Actor.BROKER, owned, origin.door(), outcome), origin));
    }

    /** Adds one to a minute's sum. */
    public void sum(Deed deed) {
        sum(deed, 1, clock.instant());
    }

    /** Adds to a minute's sum. Never blocks for long. */
    public void sum(Deed deed, long count, Instant since) {
        synchronized (sums) {
            if (sums.size() < MOST_SUMS || sums.containsKey(deed)) {
                sums.merge(
                        deed,
                        new Repeated(count, since),
                        (known, more) -> new Repeated(known.count() + more.count(), known.since()));
                return;
            }
        }
        writeSoon(AuditEvent.sum(clock.instant(), deed, new Repeated(count, since)));
    }

    @Scheduled(every = "60s", delayed = "60s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void writeSums() {
        Map<Deed, Repeated> ended;
        synchronized (sums) {
            ended = Map.copyOf(sums);
            sums.clear();
        }
        ended.forEach((deed, repeated) -> write(AuditEvent.sum(clock.instant(), deed, repeated)));
    }

    /** After the last mint, and after the last hits have been added. */
    void writeRest(@Observes @Priority(4_200) ShutdownEvent stopping) throws InterruptedException {
        writeSums();
        writer.shutdown();
        if (!writer.awaitTermination(SECONDS_AT_THE_END, TimeUnit.SECONDS)) {
            LOG.warn("Audit events of refusals were not written before the end");
        }
    }

    private boolean isWritten(AuditEvent event) {
        if (file.isEmpty()) {
            return false;
        }
        try {
            file.get().append(event.line());
            if (isFailing) {
                isFailing = false;
                LOG.infof("The audit file %s is written again", file.get().path());
            }
            return true;
        } catch (IOException e) {
            noteFailure(e);
            return false;
        }
    }

    private void noteFailure(IOException e) {
        unwritten.increment();
        if (!isFailing) {
            isFailing = true;
            LOG.warnf("The audit file cannot be written: %s", e.toString());
        }
    }
}
