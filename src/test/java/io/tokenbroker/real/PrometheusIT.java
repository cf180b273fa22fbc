package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus with the alerts of {@code deploy/monitoring}, and the broker that it scrapes killed. */
@Timeout(120)
class PrometheusIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @AutoClose
    private final Sandbox sandbox = Sandbox.start(0, 0);

    @AutoClose
    private final BrokerProcess broker = new BrokerProcess("scraped-broker", sandbox.settings());

    private final int port = FreePort.any();

    @TempDir
    Path folder = Path.of("");

    @Test
    void aBrokerThatWasKilledIsSeenAndSoIsItsReturn() throws IOException {
        Program.require("prometheus", "that it is told of a broker that is down");
        broker.start();
        var prometheus = prometheus();
        try {
            Waiting.until(() -> Web.status(at("/-/ready")) == 200);
            Waiting.until(() -> value("broker_ready").equals(List.of("1")));
            assertThat(firing()).isEmpty();

            broker.kill();
            Waiting.until(() -> firing().contains("TokenBrokerDown"));
            assertThat(alert("TokenBrokerDown").at("/annotations/summary").asText())
                    .startsWith(broker.management().getAuthority() + " is not scraped");

            broker.start();
            Waiting.until(() -> value("up{job=\"token-broker\"}").equals(List.of("1")));
            Waiting.until(() -> firing().isEmpty());
        } finally {
            prometheus.destroyForcibly().onExit().join();
        }
    }

    /** With alerts of two minutes after five seconds: promtool has tested how long they take. */
    private Process prometheus() throws IOException {
        Files.writeString(
                folder.resolve("alerts.yaml"),
                Files.readString(Path.of("deploy/monitoring/alerts.yaml")).replace("for: 2m", "for: 5s"));
        var settings = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [alerts.yaml]
                scrape_configs:
                  - job_name: token-broker
                    metrics_path: /q/metrics
                    static_configs: [{targets: ['%s']}]
                """.formatted(
                        broker.management().getAuthority()));
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + settings,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.txt").toFile())
                .start();
    }

    private List<String> value(String query) {
        return StreamSupport.stream(
                        ask("query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                                .at("/data/result")
                                .spliterator(),
                        false)
                .map(sample -> sample.at("/value/1").asText())
                .toList();
    }

    private List<String> firing() {
        return alerts().stream()
                .filter(alert -> alert.path("state").asText().equals("firing"))
                .map(alert -> alert.at("/labels/alertname").asText())
                .toList();
    }

    private JsonNode alert(String name) {
        return alerts().stream()
                .filter(alert -> alert.at("/labels/alertname").asText().equals(name))
                .findAny()
                .orElseThrow();
    }

    private List<JsonNode> alerts() {
        return StreamSupport.stream(ask("alerts").at("/data/alerts").spliterator(), false)
                .toList();
    }

    private JsonNode ask(String what) {
        // It evaluates once a second.
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        var answer = new Web().get(at("/api/v1/" + what));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON: " + answer.body(), e);
        }
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
