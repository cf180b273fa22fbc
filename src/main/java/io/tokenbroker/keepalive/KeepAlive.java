package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.keepalive.CommandLine.Options;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Makes a run of the command and sees it to its end. Blocks. */
@Singleton
class KeepAlive {

    /** Before each further try of what FusionAuth did not answer. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30));

    private final DueGrants due;
    private final GrantKeeper keeper;
    private final Discovery discovery;
    private final UnstoredTokens unstored;
    private final Stopping stopping;
    private final Database database;
    private final UUID applicationId;

    KeepAlive(
            DueGrants due,
            GrantKeeper keeper,
            Discovery discovery,
            UnstoredTokens unstored,
            Stopping stopping,
            Database database,
            BrokerSettings settings) {
        this.due = due;
        this.keeper = keeper;
        this.discovery = discovery;
        this.unstored = unstored;
        this.stopping = stopping;
        this.database = database;
        this.applicationId = settings.fusionauth().applicationId();
    }

    /** Runs, tells its progress, and gives the process's exit code. */
    int run(Options options, PrintStream out) {
        return run(options, out, PAUSES);
    }

    int run(Options options, PrintStream out, List<Duration> pauses) {
        stopping.began();
        try {
            return isDone(options, new Report(out, options.dryRun()), new Patience(pauses, stopping)) ? 0 : 1;
        } finally {
            storeRest(out);
            stopping.ended();
        }
    }

    private boolean isDone(Options options, Report report, Patience patience) {
        var checkpoint = options.checkpoint().map(file -> new Checkpoint(file, applicationId));
        var renewer = new Renewer(keeper, new Pace(options.rate()), patience, stopping);
        var run = new Run(due, keeper, discovery, renewer, patience, stopping, checkpoint, report, options.dryRun());
        try {
            report.begins(due.count(), database.name());
            return run.toTheEnd(options.discover());
        } catch (BrokerException unavailable) {
            report.stopped(unavailable.detail());
        } catch (StoreUnavailable away) {
            report.stopped("the store does not answer (%s)".formatted(away.getMessage()));
        } catch (IOException unusable) {
            report.stopped("the checkpoint cannot be used: " + unusable.getMessage());
        }
        return false;
    }

    /** A refresh token that is spent by its use is nowhere but here until it is stored: this is no time to end. */
    private void storeRest(PrintStream out) {
        for (var left = unstored.storeAll(); left > 0 && !stopping.isTold(); left = unstored.storeAll()) {
            out.println("Waiting: the store has not taken %d new refresh tokens yet".formatted(left));
            stopping.pause(Duration.ofSeconds(1));
        }
    }
}
