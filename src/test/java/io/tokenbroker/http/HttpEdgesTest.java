package io.tokenbroker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The edges of HTTP/1.1, and those that it alone has. */
@QuarkusTest
class HttpEdgesTest extends HttpEdges {

    @Override
    Wire wire() {
        return Wire.HTTP_1_1;
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
    @ValueSource(strings = {"Authorization: Bearer x\r\n", "Host: localhost\r\n", "HOST: other.example\r\n"})
    void whatMayBeSaidOnceIsRefusedTwice(String header) {
        problem(RawHttp.send("GET /accounts", user() + header, ""), 400, "invalid_request");
        problem(RawHttp.send(MINT, client() + header, ""), 400, "invalid_request");
        assertThat(RawHttp.send(MINT, client() + header, "").body()).contains("once each");
    }
}
