package io.tokenbroker.monitoring;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a broker showed before and after a failure. Prometheus sees ten minutes of the first, and two hours in which each
 * counter goes on as it went in between.
 */
record Provoked(Scrape well, Scrape ill) {

    private static final String WHERE = "job=\"token-broker\",instance=\"broker:9000\"";
    private static final String FIRING = "ALERTS{alertstate=\"firing\"}";

    /** The minutes at which nothing is to fire, and at which each alert of these is. */
    private static final int BEFORE = 9;

    private static final int AFTER = 100;

    /** @param folder where the test is written that says so */
    void isSeenBy(List<String> alerts, Path folder) throws IOException, InterruptedException {
        run(
                alerts.stream()
                        .map(alert -> expected(
                                firing(alert), AFTER, "{labels: '{alertname=\"%s\"}', value: 1}".formatted(alert)))
                        .collect(Collectors.joining()),
                folder);
    }

    void isNotSeenBy(String alert, Path folder) throws IOException, InterruptedException {
        run(expected(firing(alert), AFTER, ""), folder);
    }

    private void run(String expected, Path folder) throws IOException, InterruptedException {
        var test = folder.resolve("test.yaml");
        Files.writeString(test, promtoolTest(expected));
        Promtool.succeeds("test", "rules", test.toString());
    }

    private String promtoolTest(String expectedAfter) {
        var text = new StringBuilder("rule_files: ['%s']\ntests:\n- interval: 1m\n  input_series:\n"
                .formatted(Promtool.RULES.toAbsolutePath()));
        text.append(input("up{" + WHERE + "}", "1x130"));
        ill.samples()
                .forEach((series, value) -> text.append(
                        input(located(series), values(series, well.samples().get(series), value))));
        text.append("  promql_expr_test:\n");
        text.append(expected(FIRING, BEFORE, ""));
        return text.append(expectedAfter).toString();
    }

    private static String firing(String alert) {
        return FIRING.replace("}", ",alertname=\"%s\"}".formatted(alert));
    }

    private static String input(String series, String values) {
        return "  - series: '%s'\n    values: '%s'\n".formatted(series, values);
    }

    private static String expected(String alerts, int minute, String samples) {
        return "  - {expr: 'group by (alertname) (%s)', eval_time: %dm, exp_samples: [%s]}\n"
                .formatted(alerts, minute, samples);
    }

    private static String located(String series) {
        return series.contains("{") ? series.replaceFirst("\\{", "{" + WHERE + ",") : series + "{" + WHERE + "}";
    }

    /** Counters begin at 0, as if the broker had just started: it has lived through the tests before. */
    private static String values(String series, @Nullable Double before, double after) {
        var isCounter = series.matches("\\w+_(total|count|sum|bucket)(\\{.*)?");
        var from = before == null || isCounter ? 0 : before;
        var more = isCounter ? after - (before == null ? 0 : before) : 0;
        return "%s %s+%sx120"
                .formatted(before == null ? "_x10" : plain(from) + "x9", plain(isCounter ? more : after), plain(more));
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).toPlainString();
    }
}
