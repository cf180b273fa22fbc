package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.fusionauth.UserApi.Page;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.keepalive.Checkpoint.Progress;
import io.tokenbroker.keepalive.GrantKeeper.Discovery;
import io.tokenbroker.keepalive.Pass.Tally;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Renewals.Renewal;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A pass by hand: all users if asked, then all rows that are due, page by page. Blocks. */
@Singleton
class KeepAlive {

    /** Before each further try of what FusionAuth or the store did not answer. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(30));

    /** Later than any {@code next_look_at}: all rows are looked at. */
    private static final Instant ANY_TIME = Instant.EPOCH.plus(Duration.ofDays(36_500));

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
            out.println("%s holds %d grants".formatted(database.name(), due.count()));
            return new Run(options, out, pauses).isDone() ? 0 : 1;
        } catch (BrokerException unavailable) {
            out.println("Stopped: " + unavailable.detail());
        } catch (StoreUnavailable away) {
            out.println("Stopped: the store does not answer (%s)".formatted(away.getMessage()));
        } catch (IOException unusable) {
            out.println("Stopped: the checkpoint cannot be used: " + unusable.getMessage());
        } finally {
            storeRest(out);
            stopping.ended();
        }
        return 1;
    }

    /** A refresh token that is spent by its use is nowhere but here until it is stored: this is no time to end. */
    private void storeRest(PrintStream out) {
        for (var left = unstored.storeAll(); left > 0 && !stopping.isTold(); left = unstored.storeAll()) {
            out.println("Waiting: the store has not taken %d new refresh tokens yet".formatted(left));
            stopping.pause(Duration.ofSeconds(1));
        }
    }

    /** Tells ids, reasons and counts on the terminal, no names and no addresses. */
    private final class Run {

        private final Options options;
        private final PrintStream out;
        private final Pass pass;
        private final Optional<Checkpoint> checkpoint;
        private Tally tally = new Tally();

        Run(Options options, PrintStream out, List<Duration> pauses) {
            this.options = options;
            this.out = out;
            this.pass = new Pass(keeper, stopping, options.rate(), pauses);
            this.checkpoint = options.checkpoint().map(file -> new Checkpoint(file, applicationId));
        }

        /**
         * @return whether it came to its end and nothing failed
         * @throws BrokerException if FusionAuth cannot be asked; the checkpoint says where to go on
         * @throws IOException if the checkpoint cannot be read or written
         */
        boolean isDone() throws IOException {
            var users = Optional.of(Position.FIRST).filter(first -> options.discover());
            var account = Optional.<AccountId>empty();
            var interrupted = checkpoint.isPresent() ? checkpoint.get().read() : Optional.<Progress>empty();
            if (interrupted.isPresent()) {
                users = interrupted.get().users();
                account = interrupted.get().account();
                tally = interrupted.get().tally();
                tell("Going on where the last run stopped: ");
            }
            if ((users.isPresent() && !discover(users.get())) || !renewAll(account)) {
                tell("Stopped: as told, after ");
                return false;
            }
            if (checkpoint.isPresent()) {
                checkpoint.get().remove();
            }
            tell("Done: ");
            return !tally.hasFailures();
        }

        /** False if told to stop. */
        private boolean discover(Position first) throws IOException {
            for (var page = page(first); !page.last(); page = page(page.next())) {
                for (var user : page.users()) {
                    if (stopping.isTold()) {
                        return false;
                    }
                    tally.addUser(pass.tryFor(() -> discovery.add(user, options.dryRun())));
                }
                note(Optional.of(page.next()), Optional.empty());
            }
            return true;
        }

        private Page page(Position from) {
            return pass.tryFor(() -> discovery.page(from));
        }

        /** False if told to stop. */
        private boolean renewAll(Optional<AccountId> after) throws IOException {
            for (var page = due(after); !page.isEmpty(); page = due(DueGrants.last(page))) {
                for (var row : page) {
                    if (stopping.isTold()) {
                        return false;
                    }
                    (options.dryRun() ? Optional.of(asItLooks(row)) : pass.renew(row))
                            .ifPresent(renewal -> note(row, renewal));
                }
                note(Optional.empty(), DueGrants.last(page));
            }
            return true;
        }

        private List<Due> due(Optional<AccountId> after) {
            return pass.tryFor(() -> due.due(keeper.issuedBefore(), ANY_TIME, after, DueGrants.PAGE));
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
            tally.add(renewal);
            switch (renewal) {
                case Renewal.NeedsPerson(var reason) ->
                    out.println("%s needs a person: %s".formatted(row.id(), reason));
                case Renewal.Failed(var reason) -> out.println("%s failed: %s".formatted(row.id(), reason));
                case Renewal.Away(var reason, var retryAfter) ->
                    out.println("%s failed: %s".formatted(row.id(), reason));
                case Renewal.Renewed _, Renewal.Healthy _, Renewal.Gone _ -> {}
            }
        }

        /** Accounts of a page that was broken off are looked at again: those renewed are not due then. */
        private void note(Optional<Position> users, Optional<AccountId> account) throws IOException {
            if (checkpoint.isPresent()) {
                checkpoint.get().write(users, account, tally);
            }
            tell("");
        }

        private void tell(String what) {
            out.println(what + tally.sentence(options.dryRun()));
        }
    }

    /**
     * @param rate how many accounts to renew in a second, at most
     * @param checkpoint where to note how far the run is
     * @param dryRun whether to change nothing
     * @param discover whether to look for accounts that the store does not know
     */
    record Options(int rate, Optional<Path> checkpoint, boolean dryRun, boolean discover) {}
}
