package io.tokenbroker.webhook;

import static io.tokenbroker.webhook.Webhook.send;
import static io.tokenbroker.webhook.Webhook.webhooks;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.OtherSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks that FusionAuth signs with a secret that the broker knows. */
@QuarkusTest
@TestProfile(OtherSettings.class)
class SharedSecretTest extends BrokerTest {

    private String body = "";

    @BeforeEach
    void write() {
        var alice = sandbox().fusionAuth().user(FusionAuthStandIn.ALICE_ID).orElseThrow();
        body = webhooks().ofUser("user.reactivate", alice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HS256", "HS384", "HS512"})
    void whatTheSecretSignsIsTaken(String algorithm) {
        send(body, Webhooks.signBySecret(body, algorithm, OtherSettings.WEBHOOK_SECRET))
                .then()
                .statusCode(204);
    }

    @Test
    void anythingElseIsRefused() {
        var signature = Webhooks.signBySecret(body, "HS256", OtherSettings.WEBHOOK_SECRET);

        refused(body + " ", signature);
        refused(body, Webhooks.signBySecret(body, "HS256", OtherSettings.WEBHOOK_SECRET + "x"));
        refused(body, webhooks().sign(body));
        refused(body, webhooks().sign(body, jwt -> jwt.algorithm("none")));
    }

    private static void refused(String body, String signature) {
        ProblemAnswer.of(send(body, signature), 401, "unauthorized");
    }
}
