package io.tokenbroker.caller;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.http.RawHttp;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.TokenRecipe;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class UserTokensTest extends BrokerTest {

    /** Each test is further in the future than the one before, so that the broker may ask for keys again. */
    private static Duration later = Duration.ZERO;

    @AfterEach
    void bringTheKeysBack() {
        fusionAuth().jwksOutage(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "ES256"})
    void aTokenSignedByAPublishedAsymmetricKeyIsAccepted(String algorithm) {
        var token = fusionAuth().issueToken(good -> good.algorithm(algorithm));
        letTheBrokerAskForKeys();

        call(token).then().statusCode(200).body(json("accounts", empty()));
    }

    static Stream<Arguments> refused() {
        var app = FusionAuthStandIn.APPLICATION_ID.toString();
        var other = UUID.randomUUID().toString();
        return Stream.of(
                bad("without a signature", token -> token.algorithm("none")),
                bad("signed by HMAC with the public key", token -> token.algorithm("HS256")),
                bad("an id_token", TokenRecipe::idToken),
                bad("for another audience", token -> token.audience(other)),
                bad("for other audiences", token -> token.claim("aud", List.of(other, "x"))),
                bad("without an audience", token -> token.without("aud")),
                bad("whose audience is a number", token -> token.claim("aud", 7)),
                bad("without applicationId", token -> token.without("applicationId")),
                bad("of another application", token -> token.claim("applicationId", other)),
                bad("whose applicationId is a list", token -> token.claim("applicationId", List.of(app))),
                bad("expired", token -> token.claim("exp", now() - 31)),
                bad("without exp", token -> token.without("exp")),
                bad("whose exp is text", token -> token.claim("exp", "tomorrow")),
                bad("whose exp is beyond all time", token -> token.claim("exp", "9".repeat(40))),
                bad("whose exp is no number of seconds", token -> token.claim("exp", 1e300)),
                bad("whose exp overflows", token -> token.claim("exp", Long.MAX_VALUE)),
                bad("whose exp is the last long, rounded", token -> token.claim("exp", 9.3e18)),
                bad("whose exp is beyond every long", token -> token.claim("exp", new BigInteger("9".repeat(40)))),
                bad("whose exp is negative", token -> token.claim("exp", -1)),
                bad("whose exp is very negative", token -> token.claim("exp", -1e300)),
                bad("whose exp is digits as text", token -> token.claim("exp", String.valueOf(now() + 60))),
                bad("whose exp is a list", token -> token.claim("exp", List.of(now() + 60))),
                bad("whose exp is true", token -> token.claim("exp", true)),
                bad("whose nbf is beyond all time", token -> token.claim("nbf", 1e300)),
                bad("whose nbf is before all time", token -> token.claim("nbf", -1e300)),
                bad("whose nbf is text", token -> token.claim("nbf", "today")),
                bad("whose iat is beyond all time", token -> token.claim("iat", 1e300)),
                bad("whose iat is negative", token -> token.claim("iat", -1)),
                bad("whose iat is text", token -> token.claim("iat", "today")),
                bad("of another tenant", token -> token.claim("tid", other)),
                bad("whose tenant is a list", token -> token.claim("tid", List.of(other))),
                bad("not valid yet", token -> token.claim("nbf", now() + 60)),
                bad("of another issuer", token -> token.issuer("https://auth.example.org")),
                bad(
                        "of an issuer spelled otherwise",
                        token -> token.issuer(fusionAuth().issuer() + "/")),
                bad("without an issuer", token -> token.without("iss")),
                bad("by an unknown key", TokenRecipe::unknownKey),
                bad(
                        "that brings its key's address",
                        token -> token.unknownKey().header("jku", "http://localhost:1/keys")),
                bad("with a critical header", token -> token.header("crit", List.of("exp"))),
                bad("without a subject", token -> token.without("sub")),
                bad("whose subject is no user id", token -> token.subject("alice")),
                bad("whose subject is a number", token -> token.claim("sub", 7)));
    }

    @Test
    void theOperatorIsToldOfATokenOfWhichTheIssuerAloneIsWrong() {
        TestTime.advance(Duration.ofSeconds(61));
        var logged = new ConcurrentLinkedQueue<String>();
        var log = Logger.getLogger(UserTokens.class.getName());
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try {
            for (var i = 0; i < 2; i++) {
                unauthorized(call(fusionAuth().issueToken(token -> token.issuer("https://auth.example.org"))));
            }
            unauthorized(call(fusionAuth().issueToken(TokenRecipe::unknownKey)));
        } finally {
            log.removeHandler(handler);
        }

        assertThat(logged)
                .singleElement()
                .asString()
                .contains("broker.fusionauth.issuer")
                .doesNotContain("example.org");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void aTokenIsRefused(String what, Consumer<TokenRecipe> spoiled) {
        unauthorized(call(fusionAuth().issueToken(spoiled)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "a.b.c",
                "..",
                "....",
                "e30.e30.e30",
                "e30.e30.",
                "eyJhbGciOiJSUzI1NiJ9..",
                "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.a.a.a",
                "bnVsbA.bnVsbA.bnVsbA",
                "W10.W10.W10",
                "%00",
                "two words",
                "'; drop table users; --",
                "{\"alg\":\"none\"}"
            })
    void garbageIsRefused(String garbage) {
        unauthorized(call(garbage));
    }

    @Test
    void aTokenChangedAfterSigningIsRefused() {
        var parts = fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID).split("\\.", -1);
        var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace(FusionAuthStandIn.ALICE_ID.toString(), FusionAuthStandIn.ZOE_ID.toString());
        var zoes = Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8));

        unauthorized(call(parts[0] + "." + zoes + "." + parts[2]));
        unauthorized(call(parts[0] + "." + parts[1] + "." + parts[2].substring(1)));
    }

    @Test
    void aTokenMayBeAsLongAsTheHeadersOfARequest() {
        for (var padding : new int[] {8_192, 12_000, 23_000}) {
            call(fusionAuth().issueToken(token -> token.claim("padding", "p".repeat(padding))))
                    .then()
                    .statusCode(200);
        }
        unauthorized(call("a".repeat(20 * 1024)));
    }

    @Test
    void aHeaderThatIsLongerIsTooLargeAndNoWrongCredential() {
        var token = fusionAuth().issueToken(good -> good.claim("padding", "p".repeat(26_000)));

        assertThat(RawHttp.send("GET /accounts", "Authorization: Bearer " + token + "\r\n", "")
                        .status())
                .isEqualTo(431);
    }

    @Test
    void aDateMayHaveAFraction() {
        call(fusionAuth().issueToken(good -> good.claim("exp", now() + 60.5).claim("nbf", now() - 0.5)))
                .then()
                .statusCode(200);
    }

    @Test
    void aTokenWithoutATenantIsAccepted() {
        call(fusionAuth().issueToken(good -> good.without("tid"))).then().statusCode(200);
    }

    @Test
    void aTokenForSeveralAudiencesOfWhichTheApplicationIsOneIsAccepted() {
        var token = fusionAuth()
                .issueToken(good -> good.claim("aud", List.of("x", FusionAuthStandIn.APPLICATION_ID.toString())));

        call(token).then().statusCode(200);
    }

    @Test
    void claimsThatTheBrokerDoesNotReadMayBeOfAnyForm() {
        var token = fusionAuth()
                .issueToken(
                        good -> good.claim("groups", 7).claim("rolesMapping", 7).without("iat"));

        call(token).then().statusCode(200);
    }

    @Test
    void aTokenIsAcceptedUntilItExpiresAlthoughItIsRemembered() {
        var token = fusionAuth().issueToken(good -> good.claim("exp", now() + 20));

        call(token).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(15));
        call(token).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(40));
        unauthorized(call(token));
    }

    @Test
    void aNewKeyIsPickedUpWithoutARestart() {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        fusionAuth().rotateKey();
        letTheBrokerAskForKeys();

        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
    }

    @Test
    void aKeyThatIsWithdrawnIsTrustedForMinutesOnly() {
        var old = fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);
        call(old).then().statusCode(200);
        fusionAuth().rotateKey();
        fusionAuth().dropOldKeys();
        TestTime.advance(Duration.ofMinutes(11));

        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        unauthorized(call(old));
    }

    @Test
    void knownKeysOutliveAnOutageOfTheJwks() {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        fusionAuth().jwksOutage(true);
        TestTime.advance(Duration.ofHours(3));

        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        call(fusionAuth().accessToken(FusionAuthStandIn.ZOE_ID)).then().statusCode(200);
    }

    @Test
    void whileTheJwksIsAwayAnUnknownKeyIsNobodysFault() {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        fusionAuth().jwksOutage(true);
        letTheBrokerAskForKeys();

        for (var again = 0; again < 2; again++) {
            var answer = call(fusionAuth().issueToken(TokenRecipe::unknownKey));
            ProblemAnswer.of(answer, 503, "fusionauth_unavailable");
            assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
        }
    }

    @Test
    void aKeyIsPickedUpHoweverLatelyTheBrokerAskedForKeys() {
        for (var rotation = 0; rotation < 3; rotation++) {
            fusionAuth().rotateKey();

            call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        }
    }

    @Test
    void strangersTokensDoNotMakeTheBrokerAskForKeysEachTime() {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        letTheBrokerAskForKeys();
        var before = fusionAuth().jwksRequests();
        var began = System.nanoTime();

        var statuses = strangersAtOnce(60);

        assertThat(statuses).containsOnly(401);
        var halfSeconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 500;
        assertThat((long) fusionAuth().jwksRequests() - before).isBetween(1L, 3 + halfSeconds);
    }

    @Test
    void whileTheJwksIsAwayStrangersTokensDoNotMakeTheBrokerAskEachTime() {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        fusionAuth().jwksOutage(true);
        letTheBrokerAskForKeys();
        var before = fusionAuth().jwksRequests();

        assertThat(strangersAtOnce(20)).containsOnly(503);

        // One, and a second try of it.
        assertThat(fusionAuth().jwksRequests() - before).isBetween(1, 2);
    }

    @Test
    @Timeout(60)
    void whileTheJwksHangsOneWaitsForItAndTheOthersUseTheKeysThatAreKnown() throws Exception {
        call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).then().statusCode(200);
        fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("GET", "/.well-known/jwks.json"));
        TestTime.advance(Duration.ofMinutes(11));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = threads.submit(() ->
                    call(fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)).statusCode());
            Waiting.until(() -> fusionAuth().hanging() > 0);

            call(fusionAuth().accessToken(FusionAuthStandIn.ZOE_ID)).then().statusCode(200);

            assertThat(waiting.isDone()).isFalse();
            fusionAuth().clearFaults();
            assertThat(waiting.get()).isEqualTo(200);
        }
    }

    private static List<Integer> strangersAtOnce(int count) {
        var strangers = IntStream.range(0, count)
                .mapToObj(i -> fusionAuth().issueToken(TokenRecipe::unknownKey))
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return strangers.stream()
                    .map(token -> threads.submit(() -> call(token).statusCode()))
                    .toList()
                    .stream()
                    .map(UserTokensTest::await)
                    .toList();
        }
    }

    private static int await(Future<Integer> status) {
        try {
            return status.get();
        } catch (InterruptedException | ExecutionException failed) {
            throw new AssertionError(failed);
        }
    }

    private static Arguments bad(String what, Consumer<TokenRecipe> spoiled) {
        return Arguments.of(what, spoiled);
    }

    private static void unauthorized(Response answer) {
        ProblemAnswer.of(answer, 401, "unauthorized");
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer ").contains("error=\"invalid_token\"");
    }

    private static Response call(String token) {
        return given().header("Authorization", "Bearer " + token).get("/accounts");
    }

    private static void letTheBrokerAskForKeys() {
        later = later.plusMinutes(2);
        TestTime.advance(later);
    }

    private static long now() {
        return fusionAuth().clock().instant().getEpochSecond();
    }

    private static FusionAuthStandIn fusionAuth() {
        return sandbox().fusionAuth();
    }
}
