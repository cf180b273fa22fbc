package io.tokenbroker.keepalive;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.keepalive.Checkpoint.Progress;
import io.tokenbroker.mint.Renewal;
import io.tokenbroker.mint.Renewals;
import io.tokenbroker.problem.ProblemType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A run through all users of the application, page by page: what a crash left of an account is finished, and a refresh
 * token that is old is renewed. Only a FusionAuth that does not answer ends it early. Blocks.
 */
final class Run {

    /** Nor could its token be renewed. */
    private static final Renewal UNTIDY =
            new Renewal.Failed(ProblemType.FUSIONAUTH_UNAVAILABLE.code() + ", what was left of it is not finished yet");

    private final UserApi users;
    private final UserAccounts accounts;
    private final Renewals renewals;
    private final Renewer renewer;
    private final Patience patience;
    private final Stopping stopping;
    private final Optional<Checkpoint> checkpoint;
    private final Report report;
    private Tally tally = Tally.NONE;

    Run(
            UserApi users,
            UserAccounts accounts,
            Renewals renewals,
            Renewer renewer,
            Patience patience,
            Stopping stopping,
            Optional<Checkpoint> checkpoint,
            Report report) {
        this.users = users;
        this.accounts = accounts;
        this.renewals = renewals;
        this.renewer = renewer;
        this.patience = patience;
        this.stopping = stopping;
        this.checkpoint = checkpoint;
        this.report = report;
    }

    /**
     * @return whether it came to its end and nothing failed
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth cannot be asked; the checkpoint says where to go on
     * @throws IOException if the checkpoint cannot be read or written
     */
    boolean toTheEnd(boolean dryRun) throws IOException {
        var from = begin();
        while (true) {
            var here = from;
            var page = patience.tryFor(() -> users.page(here));
            if (page.last()) {
                return end();
            }
            for (var user : inAnyOrder(page.users())) {
                keepAlive(user, dryRun);
                if (stopping.isTold()) {
                    report.stopped("as told, after " + tally.sentence(dryRun));
                    return false;
                }
            }
            from = page.next();
            note(from);
            report.progress(tally);
        }
    }

    private Position begin() throws IOException {
        var interrupted = checkpoint.isPresent() ? checkpoint.get().read() : Optional.<Progress>empty();
        interrupted.map(Progress::tally).ifPresent(report::goesOn);
        var start = interrupted.orElse(Progress.NONE);
        tally = start.tally();
        return start.from();
    }

    private void note(Position next) throws IOException {
        // Users of a page that was broken off are looked at again: those renewed are healthy then.
        if (checkpoint.isPresent()) {
            checkpoint.get().write(new Progress(next, tally));
        }
    }

    private boolean end() throws IOException {
        if (checkpoint.isPresent()) {
            checkpoint.get().remove();
        }
        report.done(tally);
        return tally.failed() == 0;
    }

    private void keepAlive(UUID user, boolean dryRun) {
        var untidy = dryRun ? Set.<AccountId>of() : patience.tryFor(() -> accounts.untidy(user));
        untidy.forEach(id -> note(id, UNTIDY));
        for (var link : patience.tryFor(() -> accounts.of(user))) {
            if (stopping.isTold()) {
                return;
            }
            var id = AccountId.of(link);
            if (!untidy.contains(id)) {
                note(id, patience.tryFor(() -> renewals.known(link)).orElseGet(() -> renewed(link, dryRun)));
            }
        }
        tally = tally.plusUser();
    }

    private Renewal renewed(Link link, boolean dryRun) {
        return dryRun ? new Renewal.Renewed() : renewer.renew(link);
    }

    private void note(AccountId id, Renewal renewal) {
        tally = tally.plus(renewal);
        report.account(id, renewal);
    }

    /** Runs that began together do not meet at the same account again and again. */
    private static List<UUID> inAnyOrder(List<UUID> page) {
        var shuffled = new ArrayList<>(page);
        Collections.shuffle(shuffled);
        return shuffled;
    }
}
