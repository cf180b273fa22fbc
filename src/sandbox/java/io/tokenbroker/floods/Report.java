package io.tokenbroker.floods;

import io.tokenbroker.floods.Row.Figure;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The table of {@code docs/floods.md}. */
final class Report {

    static final String TEXT = """
            # What a flood by one caller does to another

            Written by `make floods`: the packaged broker as a process with its SQLite file, the stand-ins of FusionAuth and Entra (which takes
            50 ms for each answer), one client and one user who flood, and another client that mints steadily: a cached token each 5 ms, and
            an uncached one (`force_refresh`, another account each time) each 40 ms. Broker, stand-ins and both callers share the processors
            of one machine (%d here). Run by root, stand-ins and flood get the time that the broker and the other client leave (SCHED_IDLE),
            as if they had their own machine. The broker's JVM has the image's options.

            A flood is %d connections; each sends a request, waits for the answer, and sends the next %d ms later on average. Client and user may make
            %d requests a minute, so most of a flood is told 429; the first minute's worth gets through at once. After a warm-up with all floods each
            has %d rounds of %s s, and before each comes a quiet round. p99 counts from when a mint was due. Figures are medians of the rounds, in ms; the ratio is the
            median of the rounds' ratios.

            **Goal: a cached mint's p99 at most twice that of the quiet rounds, and no mint of the other client fails.** %s.
            Uncached mints of the other client wait longer, %s times at worst: a flood of uncached ones asks the same provider.

            | flood | cached, quiet | flooded | ratio | uncached, quiet | flooded | ratio | failed | what the flood got |
            |---|---|---|---|---|---|---|---|---|
            %s
            """;

    private Report() {}

    static String of(Scale scale, List<Row> rows) {
        var missed = rows.stream().filter(row -> !row.isHeld()).map(Row::name).toList();
        return TEXT.formatted(
                Runtime.getRuntime().availableProcessors(),
                scale.connections(),
                scale.pause().toMillis(),
                scale.limit(),
                scale.rounds(),
                scale.length().toMillis() / 1_000.0,
                missed.isEmpty() ? "Held by each" : "Missed by: " + String.join(", ", missed),
                worstUncached(rows),
                rows.stream().map(Report::line).collect(Collectors.joining("\n")));
    }

    private static String worstUncached(List<Row> rows) {
        var worst = rows.stream().mapToDouble(row -> row.uncached().ratio()).max();
        return String.format(Locale.ROOT, "%.1f", worst.orElseThrow());
    }

    static String line(Row row) {
        var answers = row.answers().entrySet().stream()
                .map(entry -> "%s × %d".formatted(entry.getKey() == 0 ? "no answer" : entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return "| %s | %s | %s | %d | %s |"
                .formatted(
                        row.name(),
                        cells(row.cached()),
                        cells(row.uncached()),
                        row.failures().size(),
                        answers);
    }

    private static String cells(Figure figure) {
        return String.format(
                Locale.ROOT, "%.1f | %.1f | %.2f", figure.quietMillis(), figure.floodedMillis(), figure.ratio());
    }
}
