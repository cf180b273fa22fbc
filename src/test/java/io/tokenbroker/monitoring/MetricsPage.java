package io.tokenbroker.monitoring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The tables of docs/metrics.md. */
final class MetricsPage {

    /** Those of receivers, which the broker under test has none of. */
    static final String OF_EVENTS = "broker_events_";

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(broker_\\w+)` \\| (\\w+) \\| .+ \\| (.+) \\| (.+) \\|$");

    private MetricsPage() {}

    /** @param type as Prometheus calls it, but {@code timer} for a summary */
    record Metric(String name, String type, String labels) {}

    static Map<String, Metric> read() {
        var metrics = new TreeMap<String, Metric>();
        ROW.matcher(page())
                .results()
                .map(row -> new Metric(row.group(1), row.group(2), row.group(3)))
                .forEach(metric -> metrics.put(metric.name(), metric));
        return metrics;
    }

    /** As on the page: without what Prometheus adds for the parts of a timer. */
    static String of(String scraped) {
        return read().containsKey(scraped) ? scraped : scraped.replaceFirst("_(bucket|count|sum|max)$", "");
    }

    private static String page() {
        try {
            return Files.readString(Path.of("docs/metrics.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
