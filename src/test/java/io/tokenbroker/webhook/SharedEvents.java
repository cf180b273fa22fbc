package io.tokenbroker.webhook;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.webhook.Webhook.deliver;
import static io.tokenbroker.webhook.Webhook.webhooks;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What replicas hear from one another of FusionAuth's events, over one store. */
@Timeout(60)
abstract class SharedEvents extends BrokerTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private String account = "";

    @BeforeEach
    void mintOnce() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void theTokensThatReplicasShareGoWithAnEventAndTheGrantStays() {
        deliver(webhooks().ofLink("user.identity-provider.unlink", linkOf(account)));

        assertThat(rows("access_tokens")).isZero();
        assertThat(rows("grants")).isEqualTo(1);
        assertThat(rows("webhook_events")).isEqualTo(1);
        mint(account, ARM).then().statusCode(200);

        var alice = sandbox().fusionAuth().user(linkOf(account).userId()).orElseThrow();
        deliver(webhooks().ofUser("user.reactivate", alice));
        assertThat(rows("access_tokens")).isZero();
    }

    @Test
    void anEventIsNotedAndTheSharedTokensGoOrNeither() {
        var database = StoreMemory.database();
        database.update("test", "ALTER TABLE access_tokens RENAME TO access_tokens_elsewhere");
        try {
            deliver(webhooks().ofLink("user.identity-provider.unlink", linkOf(account)));
        } finally {
            Waiting.until(() -> !database.isAway(), SOON);
            database.update("test", "ALTER TABLE access_tokens_elsewhere RENAME TO access_tokens");
        }

        assertThat(rows("access_tokens")).isEqualTo(1);
        assertThat(rows("webhook_events")).isZero();
    }

    @Test
    void whatAnotherReplicaIsToldTakesEffectHereASecondLater() {
        var link = linkOf(account);
        sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
        mint(account, ARM).then().statusCode(200);

        note(UUID.randomUUID().toString(), Duration.ZERO);

        Waiting.until(() -> mint(account, ARM).statusCode() == 404, SOON);
    }

    @Test
    void anEventThatAnotherReplicaTookLongAgoHasNoEffect() {
        var told = webhooks().ofLink("user.identity-provider.unlink", linkOf(account));
        note(JsonPath.from(told).getString("event.id"), Duration.ofHours(1));
        var before = reads();

        deliver(told);
        mint(account, ARM).then().statusCode(200);

        assertThat(reads()).isEqualTo(before);
    }

    @Test
    void eventsAreForgottenAfterADay() {
        note(UUID.randomUUID().toString(), Duration.ofHours(25));
        note(UUID.randomUUID().toString(), Duration.ofHours(23));

        TestTime.advance(Duration.ofMinutes(2));

        Waiting.until(() -> rows("webhook_events") == 1, SOON);
    }

    /** As another replica does. */
    private void note(String event, Duration ago) {
        var database = StoreMemory.database();
        var sql = "INSERT INTO webhook_events (event_id, account_id, received_at) VALUES (?, ?, %s - ?)"
                .formatted(database.engine().clock());
        database.update("test", sql, event, account, ago.toMillis());
    }

    private static int rows(String table) {
        return StoreMemory.database()
                .first("test", row -> row.getInt(1), "SELECT count(*) FROM " + table)
                .orElseThrow();
    }

    private static int reads() {
        return sandbox().fusionAuth().count("GET", LINK_API);
    }
}
