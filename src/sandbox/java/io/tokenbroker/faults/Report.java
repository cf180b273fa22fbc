package io.tokenbroker.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a run found. */
record Report(Scale scale, List<Row> trials, Optional<Bystander.Outcome> bystander, long seconds) {

    private static final String TITLES = """
            | fault | tokens | accounts | answers during the fault | mint after it | rightly refuse | late | longest, s | at most, s | lost |
            |---|---|---:|---|---:|---:|---:|---:|---:|---|
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

    /** Rows whose accounts took longer than they may. */
    List<Row> tooLate() {
        return rows().stream().filter(row -> !row.isInTime()).toList();
    }

    /** None lost or too late, and none refused or slowed at the provider beside the one that hung. */
    boolean isGood() {
        return lost() == 0
                && tooLate().isEmpty()
                && bystander.stream()
                        .allMatch(beside -> beside.refused() == 0
                                && beside.latencies().stream().allMatch(Bystander.Latency::isWithinNoise));
    }

    String fileName() {
        return isReplicated() ? "faults-replicas.md" : "faults.md";
    }

    private boolean isReplicated() {
        return scale.replicas() > 1;
    }

    String summary() {
        var all = rows();
        return "%d rows, %d accounts put through a fault: %d mint, %d rightly refuse, %d lost; %d rows out of time; %d s%s"
                .formatted(
                        all.size(),
                        all.stream().mapToInt(Row::accounts).sum(),
                        all.stream().mapToLong(Row::mints).sum(),
                        all.stream().mapToLong(Row::refusesRightly).sum(),
                        lost(),
                        tooLate().size(),
                        seconds,
                        bystander.map(Report::latencies).orElse(""));
    }

    static String line(Row row) {
        return "| %s | %s | %d | %s | %d | %s | %s | %s | %s%s | %s |"
                .formatted(
                        row.fault(),
                        row.kind(),
                        row.accounts(),
                        row.duringInWords(),
                        row.mints(),
                        blankIfNone(row.refusesRightly()),
                        blankIfNone(row.late()),
                        seconds(row.longest()),
                        row.within().toSeconds(),
                        row.isInTime() ? "" : " **missed**",
                        lost(row));
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f", time.toMillis() / 1e3);
    }

    String markdown() {
        return (isReplicated() ? ReportText.REPLICAS : ReportText.SQLITE)
                        .formatted(scale.accounts(), scale.seed(), summary(), scale.randomKills())
                + ReportText.HOW_TO_READ
                + (isReplicated() ? ReportText.POINTS_OF_REPLICAS : ReportText.POINTS_OF_SQLITE)
                + ReportText.UNAVOIDABLE
                + "## Every fault\n\n"
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
