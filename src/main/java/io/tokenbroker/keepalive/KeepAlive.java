package io.tokenbroker.keepalive;

import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.keepalive.CommandLine.Options;
import io.tokenbroker.mint.Renewals;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Makes a run and sees it to its end, whichever that is. Blocks. */
@Singleton
class KeepAlive {

    private static final Duration BETWEEN_STORES = Duration.ofSeconds(5);

    private final UserApi users;
    private final UserAccounts accounts;
    private final Renewals renewals;
    private final Stopping stopping;
    private final UUID applicationId;
    private final Patience patience;

    @Inject
    KeepAlive(UserApi users, UserAccounts accounts, Renewals renewals, Stopping stopping, BrokerSettings settings) {
        this(
                users,
                accounts,
                renewals,
                stopping,
                settings,
                List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30)));
    }

    /** @param pauses before each further try of what FusionAuth did not answer */
    KeepAlive(
            UserApi users,
            UserAccounts accounts,
            Renewals renewals,
            Stopping stopping,
            BrokerSettings settings,
            List<Duration> pauses) {
        this.users = users;
        this.accounts = accounts;
        this.renewals = renewals;
        this.stopping = stopping;
        this.applicationId = settings.fusionauth().applicationId();
        this.patience = new Patience(pauses, stopping);
    }

    /** Runs, tells its progress, and gives the process's exit code. */
    int run(Options options, PrintStream out) {
        stopping.began();
        try {
            return run(options, new Report(out, options.dryRun())) ? 0 : 1;
        } finally {
            storeRest(out);
            stopping.ended();
        }
    }

    private boolean run(Options options, Report report) {
        var checkpoint = options.checkpoint().map(file -> new Checkpoint(file, applicationId));
        var renewer = new Renewer(renewals, new Pace(options.rate()), patience, stopping);
        var run = new Run(users, accounts, renewals, renewer, patience, stopping, checkpoint, report);
        try {
            return run.toTheEnd(options.dryRun());
        } catch (BrokerException unavailable) {
            report.stopped(unavailable.detail());
        } catch (IOException unusable) {
            report.stopped("the checkpoint cannot be used: " + unusable.getMessage());
        }
        return false;
    }

    /** Where a token is spent by its use, the next one may be nowhere but here: this is no time to end. */
    private void storeRest(PrintStream out) {
        for (var left = accounts.storeRest(); left > 0 && !stopping.isTold(); left = accounts.storeRest()) {
            out.println("Waiting: FusionAuth has not stored %d new refresh tokens yet".formatted(left));
            stopping.pause(BETWEEN_STORES);
        }
    }
}
