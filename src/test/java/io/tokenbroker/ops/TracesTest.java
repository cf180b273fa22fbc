package io.tokenbroker.ops;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/** What an operator can switch on: traces by OTLP, and a log of JSON. */
@QuarkusTest
@TestProfile(Observed.class)
class TracesTest extends BrokerTest {

    private static final Logger LOG = Logger.getLogger(TracesTest.class);
    /** Those of the caller that puts a secret into each place. */
    private static final int REQUESTS = 5;

    /** Anything shorter is found by chance. */
    private static final int SHORTEST = 16;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void oneTraceGoesFromTheRequestOverStoreAndFusionAuthToTheProvider() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(Duration.ofMinutes(2));
        var trace = newTrace();

        Broker.client()
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .body(Map.of("resource", ARM))
                .post("/accounts/{id}/token", account)
                .then()
                .statusCode(200);

        Waiting.until(() -> spans(trace).anyMatch(span -> span.parent().equals("00f067aa0ba902b7")));
        var request = spans(trace)
                .filter(span -> span.parent().equals("00f067aa0ba902b7"))
                .findFirst()
                .orElseThrow();
        assertThat(request.name()).isEqualTo("POST /accounts/{id}/token");
        assertThat(spans(trace).filter(span -> span.parent().equals(request.id())))
                .extracting(OtlpSpan::name)
                .contains("fusionauth api", "store look", "store lease", "provider refresh", "store keep");
    }

    @Test
    void noTraceHoldsASecretWhereverACallerPutsIt() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        Broker.mint(account, Map.of("resource", ARM)).then().statusCode(200);
        var token = sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);
        var key = Sandbox.DEMO_KEY;
        var trace = newTrace();
        given().header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .header("User-Agent", token)
                .header("baggage", "token=" + token)
                .header("tracestate", "caller=" + key)
                .header("Authorization", "Bearer " + token)
                .queryParam("code", token)
                .get("/accounts/" + token)
                .then()
                .statusCode(400);
        for (var kind : List.of(EntraFault.Kind.GARBAGE, EntraFault.Kind.DROP)) {
            sandbox().entra().faults().add(EntraFault.of(kind));
            assertThat(Broker.mint(account, Map.of("resource", ARM, "force_refresh", true))
                            .statusCode())
                    .isGreaterThan(500);
            sandbox().entra().faults().clear();
        }
        // Jackson's message has the value, and a broken body's has what is around the place.
        for (var body :
                List.of("{\"min_validity\":\"%s\"}", "{\"resource\":[\"%s\"]}", "{\"%s\":1}", "{\"resource\":%s}")) {
            Broker.client()
                    .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                    .body(body.formatted(token))
                    .post("/accounts/{id}/token", account)
                    .then()
                    .statusCode(400);
        }

        Waiting.until(() -> spans(trace).count() >= REQUESTS);

        var sent = String.join("\n", exported());
        assertThat(sent)
                .contains("provider refresh", "store keep")
                .doesNotContain("url.full", "exception.message", "exception.stacktrace");
        assertThat(IssuedSecrets.all())
                .contains(token, key)
                .filteredOn(secret -> secret.length() >= SHORTEST)
                .allSatisfy(secret -> assertThat(sent).doesNotContain(secret));
    }

    @Test
    void everyEntryOfAJsonLogIsOneLineAndAnObject() throws IOException {
        var mark = "forged-" + UUID.randomUUID();

        LOG.warnf(new IllegalStateException("failed\n" + mark), "Failed by %s", "caller\n\u001b[2J" + mark);

        var lines = Files.readAllLines(Observed.JSON_LOG);
        assertThat(lines).allSatisfy(line -> assertThat(parsed(line).isObject()).isTrue());
        var entry = lines.stream()
                .filter(line -> line.contains(mark))
                .map(TracesTest::parsed)
                .toList();
        assertThat(entry).hasSize(1).first().satisfies(line -> {
            assertThat(line.path("level").asText()).isEqualTo("WARN");
            assertThat(line.path("message").asText()).isEqualTo("Failed by caller\\u000a\\u001b[2J" + mark);
            assertThat(line.path("stackTrace").asText())
                    .contains("java.lang.IllegalStateException: failed\\u000a" + mark);
        });
    }

    @Test
    void aRefusalOfTheTenantIsLoggedWithTheIdsByWhichEntraFindsIt() throws IOException {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);

        var refusal = Broker.mint(account, Map.of("resource", ARM));

        var said = JSON.readTree(refusal.asString());
        assertThat(said.at("/upstream/correlation_id").asText()).isNotEmpty();
        assertThat(Files.readAllLines(Observed.JSON_LOG).stream()
                        .map(TracesTest::parsed)
                        .filter(line -> line.path("level").asText().equals("INFO"))
                        .map(line -> line.path("message").asText()))
                .contains("The provider refused a token of %s: %s"
                        .formatted(
                                account,
                                Stream.of("error", "suberror", "error_codes", "correlation_id", "trace_id")
                                        .filter(name -> said.path("upstream").has(name))
                                        .map(name -> name + "=" + text(said.at("/upstream/" + name)))
                                        .collect(Collectors.joining(" "))));
    }

    private static String text(JsonNode said) {
        return said.isTextual() ? said.asText() : said.toString();
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException notJson) {
            throw new AssertionError(line, notJson);
        }
    }

    private static String newTrace() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static Stream<OtlpSpan> spans(String trace) {
        return exported().stream()
                .flatMap(request -> OtlpSpan.of(request.getBytes(StandardCharsets.ISO_8859_1)).stream())
                .filter(span -> span.trace().equals(trace));
    }

    /** The requests to the collector, each byte a character. */
    private static List<String> exported() {
        if (!Files.isDirectory(Observed.TRACES)) {
            return List.of();
        }
        try (var files = Files.list(Observed.TRACES)) {
            return files.map(TracesTest::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
