package io.tokenbroker.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser is told (the Fetch standard's CORS protocol): the configured page may call, no other. */
@QuarkusTest
class CorsTest extends BrokerTest {

    @ParameterizedTest
    @CsvSource({
        "GET,    /providers",
        "POST,   /authorizations/start",
        "POST,   /authorizations/complete",
        "POST,   /authorizations/resolve",
        "GET,    /accounts",
        "DELETE, /accounts/acc_x"
    })
    void thePageMayAskFirst(String method, String path) {
        var answer = preflight(Sandbox.APP_ORIGIN, method, path);

        assertThat(answer.statusCode()).isIn(200, 204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(Sandbox.APP_ORIGIN);
        assertThat(values(answer, "Access-Control-Allow-Methods")).contains(method.toLowerCase(Locale.ROOT));
        assertThat(values(answer, "Access-Control-Allow-Headers")).contains("authorization", "content-type");
        assertThat(answer.header("Access-Control-Max-Age")).isEqualTo("600");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent",
                "tracestate",
                "baggage",
                "authorization,baggage,content-type,traceparent,tracestate,x-request-id"
            })
    void thePageMaySendWhatTracingAdds(String headers) {
        var answer = preflight(Sandbox.APP_ORIGIN, "POST", "/authorizations/start", headers);

        assertThat(answer.statusCode()).isIn(200, 204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(Sandbox.APP_ORIGIN);
        assertThat(values(answer, "Access-Control-Allow-Headers")).contains(headers.split(",", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts", "/providers", "/accounts/acc_x", "/nothing"})
    void thePageMayReadEveryAnswer(String path) {
        var answer = Broker.alice().header("Origin", Sandbox.APP_ORIGIN).get(path);

        assertThat(answer.statusCode()).isIn(200, 404);
        assertReadable(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer x"})
    void thePageMayReadThatItsTokenIsNotAccepted(String authorization) {
        var answer = given().header("Origin", Sandbox.APP_ORIGIN)
                .header("Authorization", authorization)
                .get("/accounts");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertReadable(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "http://localhost:3001",
                "https://localhost:3000",
                "http://localhost:3000.evil.example",
                "http://evil.example/http://localhost:3000",
                "null"
            })
    void anotherPageIsRefused(String origin) {
        var preflight = preflight(origin, "POST", "/authorizations/start");
        var actual = Broker.alice().header("Origin", origin).get("/accounts");

        for (var answer : List.of(preflight, actual)) {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
            assertThat(answer.header("X-Request-Id")).isNotEmpty();
            assertThat(answer.asString()).doesNotContain("accounts");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "TRACE"})
    void otherMethodsAreNotOffered(String method) {
        var offered = values(preflight(Sandbox.APP_ORIGIN, method, "/accounts"), "Access-Control-Allow-Methods");

        assertThat(offered).doesNotContain(method.toLowerCase(Locale.ROOT));
    }

    private static void assertReadable(Response answer) {
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(Sandbox.APP_ORIGIN);
        assertThat(values(answer, "Access-Control-Expose-Headers")).contains("retry-after", "x-request-id");
    }

    private static Response preflight(String origin, String method, String path) {
        return preflight(origin, method, path, "authorization,content-type");
    }

    private static Response preflight(String origin, String method, String path, String headers) {
        return given().header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .options(path);
    }

    private static List<String> values(Response answer, String header) {
        var line = Optional.ofNullable(answer.header(header)).orElse("");
        return Arrays.stream(line.split(",", -1))
                .map(value -> value.strip().toLowerCase(Locale.ROOT))
                .toList();
    }
}
