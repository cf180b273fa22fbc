package io.tokenbroker.webhook;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.webhook.Webhook.deliver;
import static io.tokenbroker.webhook.Webhook.send;
import static io.tokenbroker.webhook.Webhook.webhooks;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.TokenRecipe;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS512"})
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

    private void refusedIf(Consumer<TokenRecipe> spoilt) {
        refused(body, webhooks().sign(body, spoilt));
    }

    private static void refused(String body, String signature) {
        ProblemAnswer.of(send(body, signature), 401, "unauthorized");
        assertThat(StoreMemory.database()
                        .first("test", row -> row.getInt(1), "SELECT count(*) FROM webhook_events")
                        .orElseThrow())
                .isZero();
    }
}
