package io.tokenbroker.keepalive;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Renewal;
import java.io.PrintStream;

/** What a run tells on the terminal: ids, reasons and counts, no names and no addresses. */
final class Report {

    private final PrintStream out;
    private final boolean dryRun;

    Report(PrintStream out, boolean dryRun) {
        this.out = out;
        this.dryRun = dryRun;
    }

    void begins(long grants, String store) {
        out.println("%s holds %d grants".formatted(store, grants));
    }

    void goesOn(Tally before) {
        out.println("Going on where the last run stopped: " + before.sentence(dryRun));
    }

    void account(AccountId id, Renewal renewal) {
        switch (renewal) {
            case Renewal.NeedsPerson(var reason) -> account(id, "needs a person", reason);
            case Renewal.Failed(var reason) -> account(id, "failed", reason);
            case Renewal.Away(var reason, var retryAfter) -> account(id, "failed", reason);
            case Renewal.Renewed _ -> {}
            case Renewal.Healthy _ -> {}
            case Renewal.Gone _ -> {}
        }
    }

    void progress(Tally soFar) {
        out.println(soFar.sentence(dryRun));
    }

    void done(Tally all) {
        out.println("Done: " + all.sentence(dryRun));
    }

    void stopped(String why) {
        out.println("Stopped: " + why);
    }

    private void account(AccountId id, String what, String reason) {
        out.println("%s %s: %s".formatted(id, what, reason));
    }
}
