package io.tokenbroker.webhook;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.webhook.Webhook.deliver;
import static io.tokenbroker.webhook.Webhook.send;
import static io.tokenbroker.webhook.Webhook.webhooks;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.http.Wire;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.TokenRecipe;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what FusionAuth has signed with the key for it is a webhook. */
@QuarkusTest
class WebhookSignatureTest extends BrokerTest {

    private String body = "";

    @BeforeEach
    void write() {
        var alice = sandbox().fusionAuth().user(FusionAuthStandIn.ALICE_ID).orElseThrow();
        body = webhooks().ofUser("user.reactivate", alice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS512", "ES256", "EdDSA"})
    void everyAlgorithmOfTheKeyWillDo(String algorithm) {
        send(body, webhooks().sign(body, jwt -> jwt.algorithm(algorithm)))
                .then()
                .statusCode(204);
    }

    @Test
    void datesCountIfThereAreAny() {
        refusedIf(jwt -> jwt.expiresAt(Instant.now().minusSeconds(60)));
        send(body, webhooks().sign(body, jwt -> jwt.expiresAt(Instant.now().plusSeconds(60))))
                .then()
                .statusCode(204);
    }

    @Test
    void anAlteredWebhookIsRefused() {
        var signature = webhooks().sign(body);

        refused(body.replace("reactivate", "deactivate"), signature);
        refused(body + " ", signature);
        refused("", signature);
        refused(body, signature.substring(0, signature.length() - 6) + "AAAAAA");
        deliver(body);
    }

    @Test
    void oneWithoutASignatureIsRefused() {
        ProblemAnswer.of(given().contentType("application/json").body(body).post(Webhook.PATH), 401, "unauthorized");
        refused(body, "x");
        refused(body, "a.b.c");
        refused(body, "..");
    }

    @Test
    void noOtherKeyAndNoOtherAlgorithmWillDo() {
        refusedIf(jwt -> jwt.algorithm("none"));
        // The public key as if it were a secret.
        refusedIf(jwt -> jwt.algorithm("HS256"));
        refusedIf(TokenRecipe::unknownKey);
        refused(body, Webhooks.signBySecret(body, "HS256", "x".repeat(32)));
        refusedIf(jwt -> jwt.without("request_body_sha256"));
        refusedIf(jwt -> jwt.claim("request_body_sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
        refusedIf(jwt -> jwt.claim("request_body_sha256", 1));
    }

    @Test
    void aUsersTokenIsNoSignatureAndASignatureNoUsersToken() {
        refused(body, sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID));
        // Signed by the very key of webhooks, as where an operator has taken one key for both.
        var both = sandbox().fusionAuth().issueToken(TokenRecipe::byWebhookKey);
        Broker.bearer(both).get("/accounts").then().statusCode(200);
        refused(body, both);

        Broker.bearer(webhooks().sign(body)).get("/accounts").then().statusCode(401);
    }

    @Test
    void aCallersCredentialIsNone() {
        var asked = sandbox().fusionAuth().jwksRequests();

        ProblemAnswer.of(Broker.alice().body(body).post(Webhook.PATH), 401, "unauthorized");
        ProblemAnswer.of(Broker.client().body(body).post(Webhook.PATH), 401, "unauthorized");
        refused(body, sandbox().fusionAuth().issueToken(TokenRecipe::unknownKey));

        assertThat(sandbox().fusionAuth().jwksRequests()).isEqualTo(asked);
    }

    @Test
    @Timeout(60)
    void whileTheJwksHangsAWebhookIsCheckedByTheKeyThatIsKnown() {
        deliver(body);
        fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("GET", "/.well-known/jwks.json"));
        TestTime.advance(Duration.ofMinutes(11));
        try {
            inTime(() -> deliver(body));
            Waiting.until(() -> fusionAuth().hanging() > 0);
            inTime(() -> deliver(body));
            inTime(() -> ProblemAnswer.of(send(body, byAnotherAlgorithm()), 401, "unauthorized"));
        } finally {
            fusionAuth().clearFaults();
        }
    }

    @Test
    @Timeout(60)
    void whatCannotBeCheckedIsTakenAndHasNoEffect() {
        withoutTheKey();
        var before = counted("unchecked");
        fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("GET", "/.well-known/jwks.json"));
        try {
            TestTime.advance(Duration.ofSeconds(10));
            inTime(() -> deliver(body));
        } finally {
            fusionAuth().clearFaults();
        }
        fusionAuth().jwksOutage(true);
        TestTime.advance(Duration.ofSeconds(30));
        deliver(body);
        assertThat(counted("unchecked")).isEqualTo(before + 2);
        assertThat(noted()).isZero();

        fusionAuth().jwksOutage(false);
        fusionAuth().hmacOnly(false);
        TestTime.advance(Duration.ofSeconds(30));
        deliver(body);
        assertThat(counted("unchecked")).isEqualTo(before + 2);
        assertThat(noted()).isOne();
    }

    /** The broker has read a JWKS that lacks it. */
    private static void withoutTheKey() {
        fusionAuth().hmacOnly(true);
        TestTime.advance(Duration.ofMinutes(11));
        Broker.bearer(fusionAuth().issueToken(TokenRecipe::unknownKey))
                .get("/accounts")
                .then()
                .statusCode(401);
    }

    @Test
    void aKnownKeyIsNotAskedForWhateverAlgorithmIsSaid() {
        deliver(body);
        var asked = fusionAuth().jwksRequests();

        for (var signature : List.of(byAnotherAlgorithm(), webhooks().sign(body, jwt -> jwt.algorithm("HS256")))) {
            ProblemAnswer.of(send(body, signature), 401, "unauthorized");
        }

        assertThat(fusionAuth().jwksRequests()).isEqualTo(asked);
    }

    @Test
    void oneThatIsTooLargeIsReadToItsEndAndHasNoEffect() {
        var before = counted("too_large");
        var large = body.replace("\"event\":{", "\"event\":{\"data\":\"%s\",".formatted("x".repeat(1_000_000)));
        var head = "Content-Type: application/json\r\n%s: %s\r\n"
                .formatted(Webhooks.SIGNATURE, webhooks().sign(large));

        deliver(large);
        assertThat(Wire.HTTP_1_1
                        .sendWithoutLength("POST " + Webhook.PATH, head, large)
                        .status())
                .isEqualTo(204);
        // FusionAuth was given the address so.
        assertThat(Wire.HTTP_1_1
                        .sendWithoutLength("POST " + Webhook.PATH + "/", head, large)
                        .status())
                .isEqualTo(204);

        assertThat(counted("too_large")).isEqualTo(before + 3);
        assertThat(noted()).isZero();
        deliver(body);
        assertThat(noted()).isOne();
    }

    @Test
    void oneThatHasNoEndIsRefused() {
        var endless = "x".repeat(8 * 1024 * 1024 + 1);

        ProblemAnswer.of(send(endless, "x"), 413, "content_too_large");
    }

    /** The header is another, with the id of the right key. */
    private String byAnotherAlgorithm() {
        var header = "{\"alg\":\"ES384\",\"kid\":\"%s\"}".formatted(Webhooks.KEY_ID);
        var signature = webhooks().sign(body);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8))
                + signature.substring(signature.indexOf('.'));
    }

    /** FusionAuth waits for two seconds. */
    private static void inTime(Runnable call) {
        var began = System.nanoTime();
        call.run();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    }

    private static double counted(String outcome) {
        return Webhook.counted("other", outcome);
    }

    private static int noted() {
        return StoreMemory.database()
                .first("test", row -> row.getInt(1), "SELECT count(*) FROM webhook_events")
                .orElseThrow();
    }

    private static FusionAuthStandIn fusionAuth() {
        return sandbox().fusionAuth();
    }

    private void refusedIf(Consumer<TokenRecipe> spoilt) {
        refused(body, webhooks().sign(body, spoilt));
    }

    private static void refused(String body, String signature) {
        ProblemAnswer.of(send(body, signature), 401, "unauthorized");
        assertThat(noted()).isZero();
    }
}
