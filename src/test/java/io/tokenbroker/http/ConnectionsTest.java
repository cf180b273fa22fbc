package io.tokenbroker.http;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How connections end that cost memory and bring nothing, and what the broker says its address is. */
@QuarkusTest
@TestProfile(ConnectionsTest.Small.class)
class ConnectionsTest extends BrokerTest {

    private static final int MOST = 8;
    private static final int NO_WORD = -1;
    private static final int NO_ERROR = 0;

    /** RFC 9113 §6.5.2. */
    private static final int INITIAL_WINDOW_SIZE = 0x4;

    private static final String REQUEST = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";

    public static class Small implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.idle-timeout", "2s",
                    "quarkus.http.limits.max-connections", String.valueOf(MOST),
                    "broker.public-url", "https://broker.example/tokens/");
        }
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws IOException {
        try (var idle = connection()) {
            // Ends when the broker closes it; else the socket's time-out is thrown.
            assertThat(idle.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void aConnectionIsNotIdleWhileItsCallerWaits() {
        readingLinksTakesLonger();

        Broker.alice().get("/accounts").then().statusCode(200);
    }

    @Test
    void aConnectionThatWasWaitedOnIsIdleAgain() throws IOException {
        try (var kept = connection()) {
            kept.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(kept.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void aConnectionOfHttp2ThatSaysNothingIsClosed() {
        try (var idle = RawHttp2.connect()) {
            assertThat(idle.endOfConnection()).isIn(NO_WORD, NO_ERROR);
        }
    }

    /** Also while others of its streams have ended. */
    @Test
    void aConnectionOfHttp2IsNotIdleWhileACallerWaits() {
        readingLinksTakesLonger();
        var user = sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);

        try (var connection = RawHttp2.connect()) {
            connection.request(
                    1, "GET /accounts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n".formatted(user));
            connection.request(3, REQUEST);

            assertThat(connection.end(3).status()).isEqualTo(404);
            assertThat(connection.end(1).status()).isEqualTo(200);
            // And then it is again.
            assertThat(connection.endOfConnection()).isIn(NO_WORD, NO_ERROR);
        }
    }

    @Test
    void whoTakesNoAnswersLosesTheConnection() {
        try (var connection = RawHttp2.connect(RestAssured.port, RawHttp2.settings(INITIAL_WINDOW_SIZE, 0))) {
            for (var stream = 1; stream < 100; stream += 2) {
                connection.request(stream, REQUEST);
            }

            assertThat(connection.endOfConnection()).isIn(NO_WORD, NO_ERROR);
        }
    }

    @Test
    void connectionsOfHttp2AreCountedLikeAnyOther() {
        Waiting.until(() -> answers(1) == 1);
        var open = new ArrayList<RawHttp2>();
        try {
            for (var i = 0; i < 3 * MOST; i++) {
                open.add(RawHttp2.connect());
                open.getLast().request(1, REQUEST);
            }
            assertThat(open).filteredOn(one -> one.end(1).status() == 404).hasSizeBetween(1, MOST);
        } finally {
            open.forEach(RawHttp2::close);
        }
        Waiting.until(() -> answers(1) == 1);
    }

    @Test
    void moreConnectionsThanAgreedAreClosedAtOnceAndPlacesComeBack() throws IOException {
        Waiting.until(() -> answers(1) == 1);
        // Those of other tests may be among the first.
        assertThat(answers(3 * MOST)).isLessThanOrEqualTo(MOST);
        Waiting.until(() -> answers(1) == 1);
    }

    @Test
    void theMetadataHasTheAddressOfTheSettingsWhateverTheRequestNames() {
        given().header("Host", "evil.example")
                .header("X-Forwarded-Host", "evil.example")
                .get("/.well-known/oauth-authorization-server")
                .then()
                .statusCode(200)
                .body(json("issuer", equalTo("https://broker.example/tokens")))
                .body(json("token_endpoint", equalTo("https://broker.example/tokens/oauth2/token")));
    }

    /** How many of so many connections at the same time get an answer. */
    private static int answers(int count) {
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < count; i++) {
                open.add(connection());
            }
            var answers = 0;
            for (var socket : open) {
                answers += isAnswered(socket) ? 1 : 0;
            }
            return answers;
        } catch (IOException e) {
            return 0;
        } finally {
            open.forEach(ConnectionsTest::close);
        }
    }

    private static boolean isAnswered(Socket socket) {
        try {
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == 'H';
        } catch (IOException closed) {
            return false;
        }
    }

    private static Socket connection() throws IOException {
        var socket = new Socket("localhost", RestAssured.port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // It was, by the broker.
        }
    }

    /** Than a connection may be idle. */
    private void readingLinksTakesLonger() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.SLOW)
                        .on("GET", "/api/identity-provider/link")
                        .times(1)
                        .lasting(Duration.ofSeconds(3)));
    }
}
