package io.tokenbroker.faults;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a run found. */
record Report(Scale scale, List<Row> trials, Optional<Bystander.Outcome> bystander, long seconds) {

    private static final String TITLES = """
            | fault | tokens | accounts | answers during the fault | mint after it | rightly refuse | late | lost |
            |---|---|---:|---|---:|---:|---:|---|
            """;

    Report {
        trials = List.copyOf(trials);
    }

    List<Row> rows() {
        return Stream.concat(trials.stream(), bystander.stream().flatMap(outcome -> outcome.rows().stream()))
                .toList();
    }

    long lost() {
        return rows().stream().mapToLong(row -> row.lost().size()).sum();
    }

    /** Nobody lost, and nobody refused or slowed at the provider beside the one that hung. */
    boolean isGood() {
        return lost() == 0
                && bystander.stream()
                        .allMatch(beside -> beside.refused() == 0
                                && beside.latencies().stream().allMatch(Bystander.Latency::isWithinNoise));
    }

    String summary() {
        var all = rows();
        return "%d rows, %d accounts put through a fault: %d mint, %d rightly refuse, %d lost; %d s%s"
                .formatted(
                        all.size(),
                        all.stream().mapToInt(Row::accounts).sum(),
                        all.stream().mapToLong(Row::mints).sum(),
                        all.stream().mapToLong(Row::refusesRightly).sum(),
                        lost(),
                        seconds,
                        bystander.map(Report::latencies).orElse(""));
    }

    static String line(Row row) {
        return "| %s | %s | %d | %s | %d | %s | %s | %s |"
                .formatted(
                        row.fault(),
                        row.kind(),
                        row.accounts(),
                        row.duringInWords(),
                        row.mints(),
                        blankIfNone(row.refusesRightly()),
                        blankIfNone(row.late()),
                        lost(row));
    }

    String markdown() {
        return """
                # What faults do to accounts

                Written by `make faults`: the packaged broker as a process, %d accounts at the stand-ins, one fault after another.
                A few accounts of each kind mint while the fault is in force; then it is healed, and they are asked until they mint.
                Seed %d; `FAULTS_SEED` and `FAULTS_ACCOUNTS` choose others.

                **%s.**

                ## How to read it

                - *reusable*: Entra, where a used refresh token stays good; the links are made 40 days old, so that each mint replaces the
                  token. *single-use*: a plain OpenID provider without any grace period, where a used token is dead.
                - *Once committed*: the server did its work, and the answer suffered. A *call* is one of those that a mint with rotation
                  makes, in their order; a link whose name ends in a tilde and a word is the broker's own record beside the account's link.
                - *Killed* is SIGKILL, then a start. An answer to a GET is no point of its own: nothing has happened since the call before.
                  Each point is struck once, with the accounts of its row. *Under load* are the only kills at a moment that chance chose:
                  %d, a sample and no proof. All other faults heal while the same broker runs on.
                - *Clocks*: the stand-ins' clocks move; a broker whose clock is five minutes behind sees the same as one among servers
                  that are five minutes ahead. The plain provider knows no time of day.
                - *Rightly refuse*: the account was unlinked and says `account_not_found`; or it says `reauthorization_required`, and the
                  stand-ins prove that it must: the provider spent the token, and the next one never reached FusionAuth. *Late*: not
                  at the first question after the fault. *Lost* is every other account, with what the broker says.

                ## What cannot be helped

                A provider that spends a refresh token by its use and whose answer then gets lost, or whose answer was with a broker that was
                killed in that instant, has given the only good token to nobody. Such an account needs its person. Providers with a grace
                period, and Entra, do not have this row.

                The same befalls what such a provider gave while FusionAuth could be read and not written, if the broker is killed before
                that is over. It spends eight tokens at most then, and what was under way at its provider when that began; all other accounts
                are told to come again, and keep their tokens.

                A person who signs in by way of FusionAuth alone, in the instant between the broker's last look at the link and its DELETE,
                has the newer token deleted: FusionAuth cannot delete on condition. The account mints on, by the sign-in before. Sign-ins
                through the broker wait for a rotation to end.

                ## Every fault

                """.formatted(scale.accounts(), scale.seed(), summary(), scale.randomKills())
                + TITLES
                + rows().stream().map(Report::line).collect(Collectors.joining("\n", "", "\n"))
                + bystander.map(this::besideAHangingProvider).orElse("");
    }

    private String besideAHangingProvider(Bystander.Outcome outcome) {
        return """

                ## Beside a provider that hangs

                All accounts of one provider wait for it for %d s while another's mints are measured; production's time-outs. Each of
                them has one caller, who asks again %d s after each answer and no sooner. The run fails if a mint of the other is refused, or
                its p99 is more than twice the worse one of before and after. p99 in milliseconds, %d mints refused:

                | mints of the other provider | before | beside it | after | ratio to the mean of both |
                |---|---:|---:|---:|---:|
                """.formatted(scale.hanging().toSeconds(), Bystander.BREATH.toSeconds(), outcome.refused())
                + outcome.latencies().stream()
                        .map(latency -> "| %s | %.1f | %.1f | %.1f | %.2f |\n"
                                .formatted(
                                        latency.what(),
                                        latency.beforeMillis(),
                                        latency.besideMillis(),
                                        latency.afterMillis(),
                                        latency.ratio()))
                        .collect(Collectors.joining());
    }

    private static String latencies(Bystander.Outcome outcome) {
        return outcome.latencies().stream()
                .map(latency -> String.format(
                        Locale.ROOT,
                        "; p99 %s %.1f ms before, %.1f ms beside, %.1f ms after a provider that hangs",
                        latency.what(),
                        latency.beforeMillis(),
                        latency.besideMillis(),
                        latency.afterMillis()))
                .collect(Collectors.joining());
    }

    private static String lost(Row row) {
        return row.lost().isEmpty()
                ? ""
                : "**%d**: %s"
                        .formatted(
                                row.lost().size(),
                                row.lost().stream().distinct().collect(Collectors.joining(", ")));
    }

    private static String blankIfNone(long number) {
        return number == 0 ? "" : String.valueOf(number);
    }
}
