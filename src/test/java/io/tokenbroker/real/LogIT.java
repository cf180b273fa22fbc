package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.restassured.RestAssured;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.support.AnswersRecorded;
import io.tokenbroker.support.AuditLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a broker prints, and where it tells of its work unless it is told otherwise. */
@Timeout(120)
class LogIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final UUID PLAIN = UUID.randomUUID();

    @AutoClose
    private final Sandbox sandbox = Sandbox.start(0, 0);

    @AutoClose
    private final PlainProvider plain = new PlainProvider();

    private final AtomicInteger spans = new AtomicInteger();
    private final HttpServer collector = collector();

    @AfterEach
    void stopCollector() {
        collector.stop(0);
    }

    @BeforeEach
    void addPlainProvider() {
        sandbox.fusionAuth().addProvider(plain.registered("Plain").withId(PLAIN));
    }

    @Test
    void everyLineIsJsonByOneSettingAndAuditEventsAreAmongThem() throws IOException {
        var log = logOfAMint("log-json", Map.of());

        assertThat(log).extracting(line -> line.path("message").asText()).anyMatch(text -> text.contains("started in"));
        assertThat(mints(log))
                .extracting(event -> event.path("address").asText())
                .containsExactly("127.0.0.1");
        assertThat(spans).as("traces, which are off").hasValue(0);
    }

    @Test
    void auditEventsThatTheFileDoesNotTakeGoToTheLog(@TempDir Path folder) throws IOException {
        var log = logOfAMint("log-no-audit-file", Map.of("broker.audit.file", folder.toString()));

        assertThat(log)
                .extracting(line -> line.path("message").asText())
                .anyMatch(text -> text.startsWith("The audit file cannot be written"));
        assertThat(mints(log)).hasSize(1);
    }

    @Test
    void withTracesAndATrustedProxyThereAreSpansAndTheAddressOfTheCaller() throws IOException {
        var log = logOfAMint(
                "log-traced-behind-a-proxy",
                Map.of(
                        "quarkus.otel.sdk.disabled",
                        "false",
                        "quarkus.http.proxy.proxy-address-forwarding",
                        "true",
                        "quarkus.http.proxy.trusted-proxies",
                        "127.0.0.1,::1"));

        assertThat(spans).hasPositiveValue();
        assertThat(mints(log))
                .extracting(event -> event.path("address").asText())
                .containsExactly("203.0.113.7");
    }

    /** What a broker prints that mints once and is stopped. It sends its last spans when it stops. */
    private List<JsonNode> logOfAMint(String name, Map<String, String> more) throws IOException {
        var settings = new HashMap<>(sandbox.settings());
        settings.put("quarkus.log.level", "INFO");
        settings.put("quarkus.log.console.json.enabled", "true");
        settings.put(
                "quarkus.otel.exporter.otlp.endpoint",
                "http://localhost:" + collector.getAddress().getPort());
        settings.put("quarkus.otel.exporter.otlp.protocol", "http/protobuf");
        settings.putAll(more);
        var broker = new BrokerProcess(name, settings);
        try (broker) {
            broker.start();
            sandbox.fusionAuth()
                    .addLink(FusionAuthStandIn.ALICE_ID, PLAIN, "somebody", "somebody", plain.refreshToken("somebody"));
            RestAssured.given()
                    .filter(new AnswersRecorded())
                    .baseUri(broker.url().toString())
                    .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                    .header("X-Forwarded-For", "203.0.113.7")
                    .contentType("application/json")
                    .body(Map.of())
                    .post("/accounts/{id}/token", new AccountId(PLAIN, "somebody").toString())
                    .then()
                    .statusCode(200);
        }
        return Files.readAllLines(broker.log()).stream().map(LogIT::json).toList();
    }

    private HttpServer collector() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                spans.incrementAndGet();
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> mints(List<JsonNode> log) {
        return log.stream()
                .filter(line -> line.path("loggerName").asText().equals("io.tokenbroker.audit"))
                .map(line -> AuditLines.valid(line.path("message").asText()))
                .filter(event -> event.path("event").asText().equals("mint"))
                .toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("No JSON: " + line, e);
        }
    }
}
