package io.tokenbroker.keepalive;

import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.refresh.Renewals.Renewal;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.time.Time.Window;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Keep-alive in every replica: looks now and then for what is due, at a bounded rate. No leader: of several replicas the one
 * that puts a row's next look off first does the work.
 */
@Singleton
class BackgroundKeepAlive {

    private static final Logger LOG = Logger.getLogger(BackgroundKeepAlive.class);
    private static final Duration AT_MOST = Duration.ofMinutes(1);
    private static final Duration CLEANED_AFTER = Duration.ofHours(1);

    private final DueGrants due;
    private final ExpiringGrants expiring;
    private final GrantKeeper keeper;
    private final Stopping stopping;
    private final int rate;
    private final Duration between;
    private final Clock clock;
    private volatile Instant lastPass = Instant.EPOCH;
    private volatile Instant lastCleaning = Instant.EPOCH;

    BackgroundKeepAlive(
            DueGrants due,
            ExpiringGrants expiring,
            GrantKeeper keeper,
            Stopping stopping,
            BrokerSettings settings,
            Clock clock) {
        this.due = due;
        this.expiring = expiring;
        this.keeper = keeper;
        this.stopping = stopping;
        this.rate = settings.keepAlive().rate();
        var tenth = settings.keepAlive().after().dividedBy(10);
        this.between = tenth.compareTo(AT_MOST) < 0 ? tenth : AT_MOST;
        this.clock = clock;
    }

    /** What was sealed by the keys from before does not wait for the next hour. */
    void rotate(@Observes SecretsRotated secrets) {
        lastPass = Instant.EPOCH;
        lastCleaning = Instant.EPOCH;
    }

    @Scheduled(every = "1s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void passIfDue() {
        var now = clock.instant();
        if (Window.of(lastPass, between).contains(now)) {
            return;
        }
        lastPass = now;
        stopping.began();
        try {
            var isCleaned = Window.of(lastCleaning, CLEANED_AFTER).contains(now);
            if (!isCleaned) {
                lastCleaning = now;
                orLater(this::clean);
            }
            if (rate > 0) {
                orLater(this::pass);
            }
            if (!isCleaned) {
                // What the pass has renewed is not about to expire.
                orLater(expiring::tell);
            }
        } finally {
            stopping.ended();
        }
    }

    private static void orLater(Runnable work) {
        try {
            work.run();
        } catch (StoreUnavailable | BrokerException away) {
            LOG.warnf("Keep-alive goes on later: %s", away.getMessage());
        }
    }

    private void pass() {
        // What was away in the pass before is asked again.
        var pass = new Pass(keeper, stopping, rate, List.of());
        for (var page = due(Optional.empty()); !page.isEmpty(); page = due(DueGrants.last(page))) {
            for (var row : page) {
                if (stopping.isTold()) {
                    return;
                }
                pass.renew(row).ifPresent(renewal -> log(row.id(), renewal));
            }
        }
    }

    private List<Due> due(Optional<AccountId> after) {
        return due.due(keeper.issuedBefore(), clock.instant(), after, DueGrants.PAGE);
    }

    private static void log(AccountId id, Renewal renewal) {
        switch (renewal) {
            case Renewal.NeedsPerson(var reason) -> LOG.infof("Account %s needs a person: %s", id, reason);
            case Renewal.Away(var reason, var retryAfter) -> LOG.warnf("Account %s was not renewed: %s", id, reason);
            case Renewal.Failed(var reason) -> {
                // Those that were not asked are due in the next pass too, a minute later.
                var level = renewal.equals(Pass.NOT_ASKED) ? Logger.Level.DEBUG : Logger.Level.WARN;
                LOG.logf(level, "Account %s was not renewed: %s", id, reason);
            }
            case Renewal.Renewed _, Renewal.Healthy _, Renewal.Gone _ -> {}
        }
    }

    /** Expired access tokens go; rows under an old key are sealed anew. */
    private void clean() {
        due.dropExpired();
        var left = due.underOtherKeys();
        if (left == 0) {
            return;
        }
        for (var last = due.reseal(Optional.empty(), DueGrants.PAGE);
                last.isPresent() && !stopping.isTold();
                last = due.reseal(last, DueGrants.PAGE)) {
            stopping.pause(Duration.ofMillis(100));
        }
        LOG.infof("%d grants were sealed by another key than the first; %d still are", left, due.underOtherKeys());
    }
}
