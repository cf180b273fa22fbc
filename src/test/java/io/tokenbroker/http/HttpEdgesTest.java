package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP itself, at its edges: what fails before a resource is reached looks like everything else. */
@QuarkusTest
class HttpEdgesTest extends BrokerTest {

    private static final String START = "POST /authorizations/start";
    private static final String MINT = "POST /accounts/acc_x/token";
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
        problem(RawHttp.send(requestLine, user(), ""), status, code);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /.well-known/oauth-authorization-server HTTP/1.0\r\n\r\n",
                "POST /oauth2/token HTTP/1.0\r\n\r\n",
                "GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
                "POST /oauth2/token%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "POST /accounts/%zz/oauth2/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            })
    void aStrangeRequestIsNoFaultOfTheBroker(String request) {
        assertThat(RawHttp.send(request).status()).isLessThan(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD /accounts", "HEAD /providers", "HEAD /nothing", "HEAD /authorizations/start"})
    void headHasNoBody(String requestLine) {
        var answer = RawHttp.send(requestLine, user(), "");

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
        problem(RawHttp.send(requestLine, "", ""), 401, "unauthorized");
        assertThat(RawHttp.send(requestLine, user(), "").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {START, MINT, "GET /accounts"})
    void aBodyThatIsTooLargeIsRefusedHoweverItIsSent(String requestLine) {
        var body = "{\"claims\":\"%s\"}".formatted("x".repeat(TOO_LARGE));
        var type = "Content-Type: application/json\r\n";
        var announced = "Content-Length: %d\r\n".formatted(body.length());
        var chunked = "Transfer-Encoding: chunked\r\n";

        for (var caller : List.of(user(), client(), "")) {
            problem(RawHttp.send(requestLine, caller + type + announced, body), 413, "content_too_large");
            problem(RawHttp.send(requestLine, caller + type + chunked, chunks(body)), 413, "content_too_large");
        }
    }

    @Test
    void aBodyThatIsJustSmallEnoughIsRead() {
        var body = "{\"claims\":\"%s\"}".formatted("x".repeat(65_536 - 13));
        var type = "Content-Type: application/json\r\n";
        var announced = "Content-Length: %d\r\n".formatted(body.length());

        for (var answer : List.of(
                RawHttp.send(MINT, client() + type + announced, body),
                RawHttp.send(MINT, client() + type + "Transfer-Encoding: chunked\r\n", chunks(body)))) {
            problem(answer, 400, "invalid_request");
            assertThat(answer.body()).contains("The field 'claims' must have 8192 characters at most");
        }
    }

    @Test
    void aRefusedBodyIsNotTakenForTheNextRequest() {
        var smuggled = "GET /accounts HTTP/1.1\r\nHost: localhost\r\n" + user() + "\r\n";
        var answer =
                RawHttp.send("POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n" + smuggled);

        problem(answer, 413, "content_too_large");
        assertThat(answer.header("Connection")).isEqualToIgnoringCase("close");
    }

    /** Whoever stands in front may read where such a body ends otherwise, and the rest as another request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked, xchunked",
                "Transfer-Encoding: xchunked, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked,",
                "Transfer-Encoding: chunked\r\n , identity",
                "Transfer-Encoding: chunked\r\n\tx",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: x",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding:",
                "Transfer-Encoding : chunked",
                "Transfer_Encoding: chunked\r\nTransfer-Encoding: xchunked"
            })
    void aTransferCodingThatIsNotChunkedAloneEndsTheConnection(String coding) {
        var head = "POST /authorizations/start HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n".formatted(coding);
        var smuggled = "GET /accounts HTTP/1.1\r\nHost: localhost\r\n\r\n";

        for (var body : List.of("0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n")) {
            assertThat(RawHttp.untilClosed(head + body + smuggled))
                    .startsWith("HTTP/1.1 400 ")
                    .containsOnlyOnce("HTTP/1.1 ");
        }
        // Here what follows is no chunk either, and the connection may end without a word.
        assertThat(RawHttp.untilClosed(head + smuggled)).doesNotContain("HTTP/1.1 401");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "Chunked", " chunked "})
    void chunkedIsTheOneTransferCoding(String coding) {
        problem(
                RawHttp.send(MINT, client() + "Transfer-Encoding: " + coding + "\r\n", "0\r\n\r\n"),
                404,
                "account_not_found");
    }

    @Test
    void aMintNeedsNeitherABodyNorAMediaTypeForNone() {
        problem(RawHttp.send(MINT, client(), ""), 404, "account_not_found");
        problem(RawHttp.send(MINT, client() + "Content-Length: 0\r\n", ""), 404, "account_not_found");
        problem(
                RawHttp.send(
                        MINT,
                        client() + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n",
                        ""),
                404,
                "account_not_found");
        problem(RawHttp.send(MINT, client() + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 404, "account_not_found");
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
        problem(RawHttp.send(START, user() + type + "Content-Length: 2\r\n", "{}"), 415, "unsupported_media_type");
        problem(RawHttp.send(MINT, client() + type + "Content-Length: 2\r\n", "{}"), 415, "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {";;;", "json", "application/json; charset", "application/", "*/*"})
    void aMediaTypeThatIsNoneIsTheCallersFault(String type) {
        var answer = RawHttp.send(START, user() + "Content-Type: " + type + "\r\nContent-Length: 2\r\n", "{}");

        assertThat(answer.status()).isIn(400, 415);
        problem(answer, answer.status(), answer.status() == 400 ? "invalid_request" : "unsupported_media_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"})
    void jsonIsJsonHoweverItIsWritten(String type) {
        problem(
                RawHttp.send(MINT, client() + "Content-Type: " + type + "\r\nContent-Length: 2\r\n", "{}"),
                404,
                "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "text/html", "application/xml", "image/*", "application/problem+json"})
    void whoDoesNotAcceptJsonIsTold(String accept) {
        problem(RawHttp.send("GET /accounts", user() + "Accept: " + accept + "\r\n", ""), 406, "not_acceptable");
        problem(
                RawHttp.send(
                        MINT,
                        client() + "Accept: " + accept + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
                        "{}"),
                406,
                "not_acceptable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /accounts HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET /accounts HTTP/1.1\r\nHost: a b:c/\r\nConnection: close\r\n\r\n"
            })
    void aRequestWithoutAHostIsAProblem(String request) {
        problem(RawHttp.send(request), 400, "invalid_request");
    }

    @Test
    void anExpectationIsMet() {
        var answer = RawHttp.send(
                MINT,
                client() + "Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
                "{}");

        assertThat(answer.status()).isEqualTo(100);
        assertThat(answer.body()).contains("HTTP/1.1 404", "account_not_found");
    }

    /** No HTTP, so nobody knows what it asks for; the server's parser answers before any code of ours. */
    @ParameterizedTest
    @CsvSource({
        "'GET /accounts/%zz HTTP/1.1',                    400",
        "'GET /accounts/% HTTP/1.1',                      400",
        "'GET /accounts?user_id=%zz HTTP/1.1',            400",
        "'GET /accounts\\x HTTP/1.1',                     400",
        "'GET http://[bad/accounts HTTP/1.1',             400",
        "'GET /a b HTTP/1.1',                             400",
        "'NONSENSE',                                      400",
        "'GET /accounts HTTP/1.1\r\nno colon',            400",
        "'GET /accounts HTTP/1.1\r\nContent-Length: x',   400",
        "'POST /accounts HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2',            400",
        "'POST /accounts HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked',   400"
    })
    void whatIsNoHttpIsRefusedWithoutAWord(String request, int status) {
        var answer = RawHttp.send(request + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aLineOrHeaderBeyondMeasureIsRefused() {
        assertThat(RawHttp.send("GET /accounts/" + "a".repeat(9_000), user(), "")
                        .status())
                .isEqualTo(414);
        assertThat(RawHttp.send("GET /accounts", user() + "X-A: " + "a".repeat(70_000) + "\r\n", "")
                        .status())
                .isEqualTo(431);
    }

    @ParameterizedTest
    @CsvSource({"40000, 1", "60000, 1", "50, 700", "1000, 33"})
    void headersBeyondTheLimitAreToldTheNumber(int length, int times) {
        var answer = RawHttp.send(MINT, ("X-A: " + "a".repeat(length) + "\r\n").repeat(times) + client(), "");

        problem(answer, 431, "request_header_fields_too_large");
        assertThat(answer.body()).contains("32768 bytes (32 KiB)");
    }

    @Test
    void aTokenBeyondTheLimitIsToldTheNumberAtEveryDoor() {
        var token = "Authorization: Bearer %s\r\n".formatted("a".repeat(33_000));

        for (var door : List.of(
                "GET /accounts", MINT, "POST /oauth2/token", "GET /msi/token?resource=x&api-version=2019-08-01")) {
            var answer = RawHttp.send(door, token, "");

            assertThat(answer.status()).isEqualTo(431);
            assertThat(answer.body()).contains("32768 bytes (32 KiB)");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9_000, 20_000, 32_000})
    void headersWithinTheLimitAreRead(int length) {
        problem(RawHttp.send(MINT, client() + "X-A: " + "a".repeat(length) + "\r\n", ""), 404, "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization: Bearer x\r\n", "Host: localhost\r\n", "HOST: other.example\r\n"})
    void whatMayBeSaidOnceIsRefusedTwice(String header) {
        problem(RawHttp.send("GET /accounts", user() + header, ""), 400, "invalid_request");
        problem(RawHttp.send(MINT, client() + header, ""), 400, "invalid_request");
        assertThat(RawHttp.send(MINT, client() + header, "").body()).contains("once each");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "x", "identity, gzip"})
    void aCompressedBodyIsRefusedWithWhatIsTaken(String coding) {
        var headers =
                "Content-Type: application/json\r\nContent-Encoding: %s\r\nContent-Length: 2\r\n".formatted(coding);

        for (var answer :
                List.of(RawHttp.send(START, user() + headers, "{}"), RawHttp.send(MINT, client() + headers, "{}"))) {
            problem(answer, 415, "unsupported_media_type");
            assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
        }
    }

    @Test
    void aBodyThatSaysItIsNotCompressedIsRead() {
        var headers = "Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n";

        problem(RawHttp.send(MINT, client() + headers, "{}"), 404, "account_not_found");
    }

    private static void problem(RawHttp answer, int status, String code) {
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

    private static String user() {
        return "Authorization: Bearer %s\r\n".formatted(sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID));
    }

    private static String client() {
        return "Authorization: Bearer %s\r\n".formatted(Sandbox.DEMO_KEY);
    }

    /** This text in two chunks. */
    private static String chunks(String text) {
        var half = text.length() / 2;
        return "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
                .formatted(half, text.substring(0, half), text.length() - half, text.substring(half));
    }
}
