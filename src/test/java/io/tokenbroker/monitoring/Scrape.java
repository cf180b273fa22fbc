package io.tokenbroker.monitoring;

import io.tokenbroker.support.Management;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the broker under test has at /q/metrics: of the broker's own metrics. */
record Scrape(Map<String, String> types, Map<String, Double> samples) {

    private static final Pattern TYPE = Pattern.compile("# TYPE (broker_\\w+) (\\w+)");
    private static final Pattern SAMPLE = Pattern.compile("(broker_\\w+(?:\\{.*})?) (\\S+)");
    private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");

    static Scrape now() {
        var text = Management.given().get("/q/metrics").asString();
        var types = new TreeMap<String, String>();
        var samples = new TreeMap<String, Double>();
        for (var line : text.lines().toList()) {
            var type = TYPE.matcher(line);
            if (type.matches()) {
                // OpenMetrics names the type of a counter without what its samples end with.
                var isCounter =
                        type.group(2).equals("counter") && !type.group(1).endsWith("_total");
                types.put(type.group(1) + (isCounter ? "_total" : ""), type.group(2));
            }
            var sample = SAMPLE.matcher(line);
            if (sample.matches()) {
                samples.put(sample.group(1), Double.parseDouble(sample.group(2)));
            }
        }
        return new Scrape(types, samples);
    }

    /** Of a metric, whatever the labels. */
    List<String> labels(String metric) {
        return samples.keySet().stream()
                .filter(series -> series.matches(metric + "(_count|_bucket)?(\\{.*)?"))
                .flatMap(series -> LABEL.matcher(series).results().map(label -> label.group(1)))
                .filter(label -> !label.equals("le"))
                .distinct()
                .collect(Collectors.toList());
    }

    double sum(String metric, String labels) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().startsWith(metric + "{")
                        && sample.getKey().contains(labels))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
