package io.tokenbroker.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tokenbroker.deploy.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts and the dashboard: Prometheus takes them, and each names what there is. */
class MonitoringTest {

    private static final Path FOLDER = Path.of("deploy/monitoring");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern METRIC = Pattern.compile("\\bbroker_\\w+");
    private static final Pattern FIRING = Pattern.compile("ALERTS\\{alertstate=\"firing\",alertname=\"(\\w+)\"}");

    /** Where a test asserts that alerts fire. */
    private static final Pattern SEEN = Pattern.compile("\\b(assertSeen|isSeenBy|firing\\(\\)\\.contains)\\([^;]*;");

    /** After {@code by}, or in a selector. */
    private static final Pattern LABELS = Pattern.compile("(?<=by \\()[\\w, ]+|\\w+(?=(=~|!~|!=|=)\")");

    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job", "le");

    private static final Pattern JOB = Pattern.compile("job=\"([^\"]+)\"");

    /** What one screen of a monitor shows of Grafana's grid. */
    private static final int ONE_SCREEN = 27;

    @TempDir
    private Path folder = Path.of("target");

    @Test
    void prometheusTakesTheAlerts() throws IOException, InterruptedException {
        Promtool.succeeds("check", "rules", "--lint=all", "--lint-fatal", Promtool.RULES.toString());
    }

    @Test
    void eachAlertIsProvokedAndSeen() throws IOException, InterruptedException {
        var tests = Files.readString(FOLDER.resolve("alerts.test.yaml"));

        assertThat(FIRING.matcher(tests).results().map(alert -> alert.group(1)).distinct())
                .containsExactlyElementsOf(names(alerts()));
        Promtool.succeeds("test", "rules", FOLDER.resolve("alerts.test.yaml").toString());
    }

    @Test
    void eachAlertIsProvokedOnABrokerToo() throws IOException {
        var tests = Path.of("src/test/java/io/tokenbroker");
        var provoking = Files.readString(tests.resolve("monitoring/ProvokedAlertsTest.java"))
                + Files.readString(tests.resolve("real/PrometheusIT.java"));
        var seen = SEEN.matcher(provoking).results().map(MatchResult::group).collect(Collectors.joining());

        assertThat(names(alerts())).allSatisfy(alert -> assertThat(seen).contains('"' + alert + '"'));
    }

    @Test
    void theJobOfTheAlertsIsThatOfTheManifestsAndOfTheDocumentedScrape() throws IOException {
        var jobs = JOB.matcher(Files.readString(Promtool.RULES))
                .results()
                .map(job -> job.group(1))
                .distinct();

        assertThat(jobs).containsExactly(Manifests.job());
        assertThat(Files.readString(Path.of("docs/metrics.md"))).contains("job_name: " + Manifests.job() + "\n");
    }

    @Test
    void eachAlertHasAParagraphInTheRunbook() throws IOException {
        var headings = Files.readString(Path.of("docs/runbook.md"))
                .lines()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4))
                .toList();

        assertThat(headings).containsExactlyElementsOf(names(alerts()));
        assertThat(alerts())
                .allSatisfy(
                        alert -> assertThat(alert.at("/annotations/runbook_url").asText())
                                .isEqualTo("docs/runbook.md#"
                                        + alert.path("alert").asText().toLowerCase(Locale.ROOT)));
    }

    @Test
    void eachAlertSaysWhatItIsAndHowUrgent() throws IOException {
        assertThat(alerts()).hasSizeGreaterThan(10).allSatisfy(alert -> {
            assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
        });
    }

    @Test
    void alertsAndDashboardNameMetricsThatThereAre() throws IOException {
        var known = MetricsPage.read().keySet();

        for (var file : List.of("alerts.yaml", "alerts.test.yaml", "dashboard.json")) {
            assertThat(metricsIn(file)).as(file).isNotEmpty().isSubsetOf(known);
        }
    }

    @Test
    void prometheusTakesWhatTheDashboardAsks() throws IOException, InterruptedException {
        var rules = new StringBuilder("groups: [{name: dashboard, rules: [");
        for (var query : queries()) {
            rules.append("{record: dashboard, expr: '%s'},".formatted(query.replace("$__rate_interval", "5m")));
        }

        Promtool.succeeds(
                "check",
                "rules",
                "--lint=none",
                Files.writeString(folder.resolve("dashboard.yaml"), rules + "]}]")
                        .toString());
    }

    @Test
    void alertsAndDashboardNameLabelsThatTheirMetricsHave() throws IOException {
        var known = MetricsPage.read();
        var queries = new ArrayList<>(queries());
        alerts().forEach(alert -> queries.add(alert.path("expr").asText()));

        assertThat(queries).hasSizeGreaterThan(40).allSatisfy(query -> {
            var documented = METRIC.matcher(query)
                    .results()
                    .map(metric -> MetricsPage.of(metric.group()))
                    .map(name -> Objects.requireNonNull(known.get(name)).labels())
                    .collect(Collectors.joining());
            assertThat(LABELS.matcher(query)
                            .results()
                            .flatMap(used -> Stream.of(used.group().split("\\W+", -1)))
                            .filter(label -> !OF_PROMETHEUS.contains(label)))
                    .allSatisfy(label -> assertThat(documented).contains("`" + label + "`"));
        });
    }

    @Test
    void theDashboardIsOneThatGrafanaReads() throws IOException {
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(JSON.readTree(
                        Path.of("src/test/resources/dashboard.schema.json").toFile()));

        assertThat(schema.validate(dashboard())).isEmpty();
    }

    @Test
    void theDashboardIsOneScreenOnWhichNoPanelCoversAnother() throws IOException {
        var taken = new boolean[24][ONE_SCREEN];
        for (var panel : dashboard().path("panels")) {
            var place = panel.path("gridPos");
            for (var x = 0; x < place.path("w").asInt(); x++) {
                for (var y = 0; y < place.path("h").asInt(); y++) {
                    var column = taken[place.path("x").asInt() + x];
                    assertThat(column[place.path("y").asInt() + y])
                            .as(panel.path("title").asText())
                            .isFalse();
                    column[place.path("y").asInt() + y] = true;
                }
            }
        }
    }

    private static Set<String> metricsIn(String file) throws IOException {
        return METRIC.matcher(Files.readString(FOLDER.resolve(file)))
                .results()
                .map(metric -> MetricsPage.of(metric.group()))
                .collect(Collectors.toSet());
    }

    private static List<String> queries() throws IOException {
        return dashboard().findValuesAsText("expr");
    }

    private static JsonNode dashboard() throws IOException {
        return JSON.readTree(FOLDER.resolve("dashboard.json").toFile());
    }

    private static List<String> names(List<JsonNode> alerts) {
        return alerts.stream().map(alert -> alert.path("alert").asText()).toList();
    }

    private static List<JsonNode> alerts() throws IOException {
        return YAML.readTree(Promtool.RULES.toFile())
                .at("/groups/0/rules")
                .valueStream()
                .toList();
    }
}
