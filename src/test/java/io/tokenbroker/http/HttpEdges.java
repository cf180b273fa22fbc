package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself, at its edges, over one wire: what fails before a resource is reached looks like everything else. */
abstract class HttpEdges extends BrokerTest {

    static final String START = "POST /authorizations/start";
    static final String MINT = "POST /accounts/acc_x/token";
    private static final int TOO_LARGE = 70_000;

    @ParameterizedTest
    @CsvSource({
        "GET /,                          404, not_found",
        "GET /nothing,                   404, not_found",
        "POST /nothing,                  404, not_found",
        "GET /ACCOUNTS,                  404, not_found",
        "GET /accounts%2F,               404, not_found",
        "GET /accounts%2Facc_x,          404, not_found",
        "GET /accounts/a/b,              404, not_found",
        "GET /accounts/a/token/b,        404, not_found",
        "GET /..;/accounts,              404, not_found",
        "GET /accounts/..;/providers,    404, not_found",
        "GET /authorizations,            404, not_found",
        "GET /META-INF/MANIFEST.MF,      404, not_found",
        "GET /application.properties,    404, not_found",
        "GET /q/dev-ui,                  404, not_found",
        "GET /q/nothing,                 404, not_found",
        "GET accounts,                   404, not_found",
        "OPTIONS *,                      404, not_found",
        "GET /accounts/a%2Fb,            404, account_not_found",
        "GET /accounts/%00,              404, account_not_found",
        "GET /accounts/%E0%A4,           404, account_not_found",
        "GET /accounts/%5c..%5c,         404, account_not_found",
        "GET /accounts/x%0d%0aA:b,       404, account_not_found",
        "TRACE /accounts,                405, method_not_allowed",
        "PUT /accounts,                  405, method_not_allowed",
        "POST /accounts,                 405, method_not_allowed",
        "PATCH /accounts/acc_x,          405, method_not_allowed",
        "DELETE /providers,              405, method_not_allowed",
        "GET /authorizations/start,      405, method_not_allowed",
        "GET /accounts/acc_x/token,      405, method_not_allowed",
        "BREW /accounts,                 405, method_not_allowed"
    })
    void aPathOrMethodThatIsNoneIsAProblem(String requestLine, int status, String code) {
        problem(send(requestLine, user(), ""), status, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD /accounts", "HEAD /providers", "HEAD /nothing", "HEAD /authorizations/start"})
    void headHasNoBody(String requestLine) {
        var answer = send(requestLine, user(), "");

        assertThat(answer.status()).isLessThan(500);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("X-Request-Id")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET //accounts",
                "GET /./accounts",
                "GET /providers/../accounts",
                "GET /providers/%2e%2e/accounts"
            })
    void aPathWrittenOtherwiseIsGuardedAllTheSame(String requestLine) {
        problem(send(requestLine, "", ""), 401, "unauthorized");
        assertThat(send(requestLine, user(), "").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {START, MINT, "GET /accounts"})
    void aBodyThatIsTooLargeIsRefusedHoweverItIsSent(String requestLine) {
        var body = "{\"claims\":\"%s\"}".formatted("x".repeat(TOO_LARGE));
        var type = "Content-Type: application/json\r\n";
        var announced = "Content-Length: %d\r\n".formatted(body.length());

        for (var caller : List.of(user(), client(), "")) {
            problem(send(requestLine, caller + type + announced, body), 413, "content_too_large");
            problem(wire().sendWithoutLength(requestLine, caller + type, body), 413, "content_too_large");
        }
    }

    @Test
    void aBodyThatIsJustSmallEnoughIsRead() {
        var body = "{\"claims\":\"%s\"}".formatted("x".repeat(65_536 - 13));
        var type = "Content-Type: application/json\r\n";
        var announced = "Content-Length: %d\r\n".formatted(body.length());

        for (var answer : List.of(
                send(MINT, client() + type + announced, body), wire().sendWithoutLength(MINT, client() + type, body))) {
            problem(answer, 400, "invalid_request");
            assertThat(answer.body()).contains("The field 'claims' must have 8192 characters at most");
        }
    }

    @Test
    void aMintNeedsNeitherABodyNorAMediaTypeForNone() {
        problem(send(MINT, client(), ""), 404, "account_not_found");
        problem(send(MINT, client() + "Content-Length: 0\r\n", ""), 404, "account_not_found");
        problem(
                send(MINT, client() + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n", ""),
                404,
                "account_not_found");
        problem(wire().sendWithoutLength(MINT, client(), ""), 404, "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\r\n",
                "Content-Type: text/json\r\n",
                "Content-Type: application/xml\r\n",
                "Content-Type: application/x-www-form-urlencoded\r\n",
                "Content-Type: multipart/form-data\r\n",
                "Content-Type: multipart/form-data; boundary=x\r\n",
                "Content-Type: application/octet-stream\r\n"
            })
    void aBodyOfAnotherMediaTypeIsRefused(String type) {
        problem(send(START, user() + type + "Content-Length: 2\r\n", "{}"), 415, "unsupported_media_type");
        problem(send(MINT, client() + type + "Content-Length: 2\r\n", "{}"), 415, "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {";;;", "json", "application/json; charset", "application/", "*/*"})
    void aMediaTypeThatIsNoneIsTheCallersFault(String type) {
        var answer = send(START, user() + "Content-Type: " + type + "\r\nContent-Length: 2\r\n", "{}");

        assertThat(answer.status()).isIn(400, 415);
        problem(answer, answer.status(), answer.status() == 400 ? "invalid_request" : "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"})
    void jsonIsJsonHoweverItIsWritten(String type) {
        problem(
                send(MINT, client() + "Content-Type: " + type + "\r\nContent-Length: 2\r\n", "{}"),
                404,
                "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/html", "application/xml", "image/*", "application/problem+json"})
    void whoDoesNotAcceptJsonIsTold(String accept) {
        problem(send("GET /accounts", user() + "Accept: " + accept + "\r\n", ""), 406, "not_acceptable");
        problem(
                send(
                        MINT,
                        client() + "Accept: " + accept + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
                        "{}"),
                406,
                "not_acceptable");
    }

    @ParameterizedTest
    @CsvSource({"40000, 1", "60000, 1", "50, 700", "1000, 33"})
    void headersBeyondTheLimitAreToldTheNumber(int length, int times) {
        var answer = send(MINT, ("X-A: " + "a".repeat(length) + "\r\n").repeat(times) + client(), "");

        problem(answer, 431, "request_header_fields_too_large");
        assertThat(answer.body()).contains("32768 bytes (32 KiB)");
    }

    @Test
    void aTokenBeyondTheLimitIsToldTheNumberAtEveryDoor() {
        var token = "Authorization: Bearer %s\r\n".formatted("a".repeat(33_000));

        for (var door : List.of(
                "GET /accounts", MINT, "POST /oauth2/token", "GET /msi/token?resource=x&api-version=2019-08-01")) {
            var answer = send(door, token, "");

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.body()).contains("32768 bytes (32 KiB)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9_000, 20_000, 32_000})
    void headersWithinTheLimitAreRead(int length) {
        problem(send(MINT, client() + "X-A: " + "a".repeat(length) + "\r\n", ""), 404, "account_not_found");
    }

    @Test
    void aCredentialIsSaidOnce() {
        var other = "Authorization: Bearer x\r\n";

        problem(send("GET /accounts", user() + other, ""), 400, "invalid_request");
        assertThat(send(MINT, client() + other, "").body()).contains("once each");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "x", "identity, gzip"})
    void aCompressedBodyIsRefusedWithWhatIsTaken(String coding) {
        var headers =
                "Content-Type: application/json\r\nContent-Encoding: %s\r\nContent-Length: 2\r\n".formatted(coding);

        for (var answer : List.of(send(START, user() + headers, "{}"), send(MINT, client() + headers, "{}"))) {
            problem(answer, 415, "unsupported_media_type");
            assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
        }
    }

    @Test
    void aBodyThatSaysItIsNotCompressedIsRead() {
        var headers = "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n";

        problem(send(MINT, client() + headers, "{}"), 404, "account_not_found");
    }

    static void problem(RawHttp answer, int status, String code) {
        ProblemAnswer.of(
                answer.status(),
                answer.header("Content-Type"),
                answer.body(),
                answer.header("X-Request-Id"),
                status,
                code);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Pragma")).isEqualTo("no-cache");
    }

    static String user() {
        return "Authorization: Bearer %s\r\n".formatted(sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID));
    }

    static String client() {
        return "Authorization: Bearer %s\r\n".formatted(Sandbox.DEMO_KEY);
    }

    abstract Wire wire();

    private RawHttp send(String requestLine, String headers, String body) {
        return wire().send(requestLine, headers, body);
    }
}
