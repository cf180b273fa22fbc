package io.tokenbroker.webhook;

import static io.tokenbroker.webhook.Webhook.send;
import static io.tokenbroker.webhook.Webhook.webhooks;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.keepalive.KeepAliveSettings;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.support.BrokerTest;
import org.junit.jupiter.api.Test;

/** A broker that has no key of webhooks to check them by. */
@QuarkusTest
@TestProfile(KeepAliveSettings.class)
class NoWebhooksTest extends BrokerTest {

    @Test
    void theirPathDoesNotExist() {
        var body = webhooks().body("user.reactivate", event -> {});

        ProblemAnswer.of(send(body, webhooks().sign(body)), 404, "not_found");
    }
}
