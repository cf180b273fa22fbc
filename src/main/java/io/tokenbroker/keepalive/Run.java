package io.tokenbroker.keepalive;

import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.keepalive.Checkpoint.Progress;
import io.tokenbroker.keepalive.DueGrants.Due;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Renewal;
import io.tokenbroker.problem.ProblemType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A pass by hand: all users if asked, then all rows that are due, page by page. Only an upstream that does not answer ends
 * it early. Blocks.
 */
final class Run {

    private static final int PAGE = 100;

    /** A pass by hand does not care for how long a row's next look was put off. */
    private static final Duration ANY_TIME = Duration.ofDays(36_500);

    private final DueGrants due;
    private final GrantKeeper keeper;
    private final Discovery discovery;
    private final Renewer renewer;
    private final Patience patience;
    private final Stopping stopping;
    private final Optional<Checkpoint> checkpoint;
    private final Report report;
    private final boolean dryRun;
    private Tally tally = Tally.NONE;

    Run(
            DueGrants due,
            GrantKeeper keeper,
            Discovery discovery,
            Renewer renewer,
            Patience patience,
            Stopping stopping,
            Optional<Checkpoint> checkpoint,
            Report report,
            boolean dryRun) {
        this.due = due;
        this.keeper = keeper;
        this.discovery = discovery;
        this.renewer = renewer;
        this.patience = patience;
        this.stopping = stopping;
        this.checkpoint = checkpoint;
        this.report = report;
        this.dryRun = dryRun;
    }

    /**
     * @return whether it came to its end and nothing failed
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked; the checkpoint says where to go on
     * @throws IOException if the checkpoint cannot be read or written
     */
    boolean toTheEnd(boolean discover) throws IOException {
        var interrupted = checkpoint.isPresent() ? checkpoint.get().read() : Optional.<Progress>empty();
        interrupted.map(Progress::tally).ifPresent(report::goesOn);
        tally = interrupted.map(Progress::tally).orElse(Tally.NONE);
        var users = interrupted.isPresent()
                ? interrupted.get().users()
                : Optional.of(Position.FIRST).filter(first -> discover);
        var isThrough = (users.isEmpty() || discover(users.get())) && renewAll(interrupted.flatMap(Progress::account));
        if (!isThrough) {
            report.stopped("as told, after " + tally.sentence(dryRun));
            return false;
        }
        if (checkpoint.isPresent()) {
            checkpoint.get().remove();
        }
        report.done(tally);
        return tally.failed() == 0;
    }

    /** False if told to stop. */
    private boolean discover(Position first) throws IOException {
        var from = first;
        while (true) {
            var here = from;
            var page = patience.tryFor(() -> discovery.page(here));
            if (page.last()) {
                return true;
            }
            for (var user : page.users()) {
                if (stopping.isTold()) {
                    return false;
                }
                tally = tally.plusUser(patience.tryFor(() -> discovery.add(user, dryRun)));
            }
            from = page.next();
            note(new Progress(Optional.of(from), Optional.empty(), tally));
        }
    }

    /** False if told to stop. */
    private boolean renewAll(Optional<AccountId> first) throws IOException {
        var after = first;
        while (true) {
            var page = due.due(keeper.issuedBefore(), Instant.EPOCH.plus(ANY_TIME), after, PAGE);
            if (page.isEmpty()) {
                return true;
            }
            for (var row : page) {
                if (stopping.isTold()) {
                    return false;
                }
                keep(row);
            }
            after = Optional.of(page.getLast().id());
            note(new Progress(Optional.empty(), after, tally));
        }
    }

    private void keep(Due row) {
        if (dryRun) {
            note(row, asItLooks(row));
        } else if (keeper.isMine(row)) {
            note(row, renewer.renew(row));
        }
    }

    /** As far as the row alone tells. */
    private static Renewal asItLooks(Due row) {
        if (row.goneSince().isPresent()) {
            return new Renewal.Gone();
        }
        return row.isMarked()
                ? new Renewal.NeedsPerson(ProblemType.REAUTHORIZATION_REQUIRED.code())
                : new Renewal.Renewed();
    }

    private void note(Due row, Renewal renewal) {
        tally = tally.plus(renewal);
        report.account(row.id(), renewal);
    }

    /** Accounts of a page that was broken off are looked at again: those renewed are not due then. */
    private void note(Progress progress) throws IOException {
        if (checkpoint.isPresent()) {
            checkpoint.get().write(progress);
        }
        report.progress(tally);
    }
}
