package io.tokenbroker.webhook;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.webhook.Webhook.counted;
import static io.tokenbroker.webhook.Webhook.deliver;
import static io.tokenbroker.webhook.Webhook.webhooks;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.Waiting;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What FusionAuth tells takes effect at once, and decides nothing: the broker looks again. */
@QuarkusTest
@Timeout(60)
class WebhookTest extends LinkingTest {

    private static final String DEACTIVATED = "user.deactivate";
    private static final String UNLINKED = "user.identity-provider.unlink";

    private User person = User.of(UUID.randomUUID(), FusionAuthStandIn.TENANT_ID, null, null, Instant.EPOCH);
    private String account = "";

    @BeforeEach
    void mintOnce() {
        person = sandbox().fusionAuth().addUser("told@example.com", "Told");
        account = Broker.link(person.id(), Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
    }

    @AfterEach
    void takeBackThePerson() {
        webhooks().to(null);
        sandbox().fusionAuth().removeUser(person.id());
    }

    @Test
    void withoutAWebhookTheOldStateIsRememberedForAWhile() {
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();

        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aDeactivatedPersonsCachedMintIsRefusedAtOnceAndGivenAgainAfterTheReturn() {
        tellTheBroker();

        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();
        problem(mint(account, ARM), 403, "user_disabled");

        assertThat(sandbox().fusionAuth().activate(person.id(), true)).isTrue();
        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aPersonWhoIsTakenOffTheApplicationIsRefusedAtOnce() {
        tellTheBroker();

        assertThat(sandbox().fusionAuth().unregister(person.id())).isTrue();

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void anAccountThatIsUnlinkedInFusionAuthIsGoneAtOnceAndOneThatIsLinkedIsThereAtOnce() {
        tellTheBroker();
        var link = link();

        sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
        problem(mint(account, ARM), 404, "account_not_found");

        sandbox().fusionAuth().putLink(link);
        deliver(webhooks().ofLink("user.identity-provider.link", link));
        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aDeletedPersonsAccountIsGoneAtOnce() {
        tellTheBroker();

        sandbox().fusionAuth().removeUser(person.id());

        problem(mint(account, ARM), 404, "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                DEACTIVATED,
                "user.reactivate",
                "user.delete",
                "user.delete.complete",
                "user.registration.delete",
                "user.registration.delete.complete"
            })
    void eachEventOfAUserMakesTheBrokerLookAtOnce(String type) {
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();

        deliver(webhooks().ofUser(type, person));

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void soDoesOneThatNamesTheUserByTheIdAlone() {
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();

        deliver(webhooks()
                .body(
                        "user.delete.complete",
                        event -> event.put("linkedObjectId", person.id().toString())));

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void theOldStateThatIsReadBeforeTheChangeIsCommittedCountsForASecond() {
        deliver(webhooks().ofUser(DEACTIVATED, person));
        mint(account, ARM).then().statusCode(200);

        sandbox().fusionAuth().putUser(person.withActive(false));
        advance(Duration.ofSeconds(1));

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void notEvenWhatIsReadInTheLastMomentOfALongTransactionOutlivesIt() {
        deliver(webhooks().ofUser(DEACTIVATED, person));
        advance(Duration.ofMillis(29_500));
        mint(account, ARM).then().statusCode(200);

        sandbox().fusionAuth().putUser(person.withActive(false));
        advance(Duration.ofSeconds(2));

        problem(mint(account, ARM), 403, "user_disabled");
    }

    @Test
    void meanwhileALinkInUseIsReadOnceASecondAndAfterwardsAsUsual() {
        deliver(webhooks().ofLink(UNLINKED, link()));
        var before = reads();

        for (var times = 0; times < 5; times++) {
            mint(account, ARM).then().statusCode(200);
        }
        assertThat(reads() - before).isEqualTo(1);
        advance(Duration.ofSeconds(1));
        mint(account, ARM).then().statusCode(200);
        assertThat(reads() - before).isEqualTo(2);

        advance(Duration.ofSeconds(30));
        mint(account, ARM).then().statusCode(200);
        advance(Duration.ofSeconds(5));
        mint(account, ARM).then().statusCode(200);
        assertThat(reads() - before).isEqualTo(3);
    }

    @Test
    void aChangeThatIsRolledBackLeavesTheAccountAsItWas() {
        var plain = plainProvider();
        var single = link(add(plain.registered("Plain")), plain, "rolled-back");
        Broker.mint(single, Map.of("force_refresh", true)).then().statusCode(200);
        var rows = rows("grants");

        deliver(webhooks().ofLink(UNLINKED, linkOf(single)));

        assertThat(rows("grants")).isEqualTo(rows);
        assertThat(StoreMemory.database().rows("test", row -> row.getString(1), "SELECT account_id FROM access_tokens"))
                .doesNotContain(single);
        // The link's own token is spent: a grant that was started over would be refused.
        assertThat(at(Broker.mint(single, Map.of()), "source").toString()).isEqualTo("refresh");
    }

    @Test
    void aReceiverThatObjectsStopsTheAdministratorSoOursDoesNot() {
        webhooks().to(URI.create("http://localhost:%d/nothing".formatted(RestAssured.port)));
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isFalse();

        tellTheBroker();
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();
    }

    @Test
    void aResentEventHasNoSecondEffect() {
        var told = webhooks().ofUser(DEACTIVATED, person);
        deliver(told);
        advance(Duration.ofSeconds(31));
        mint(account, ARM).then().statusCode(200);
        var before = reads();
        var known = counted(DEACTIVATED, "known");

        deliver(told);
        mint(account, ARM).then().statusCode(200);

        assertThat(reads()).isEqualTo(before);
        assertThat(counted(DEACTIVATED, "known")).isEqualTo(known + 1);
        assertThat(rows("webhook_events")).isEqualTo(1);
    }

    @Test
    void withoutTheStoreAnEventTakesEffectHere() {
        tellTheBroker();
        StoreMemory.goesAway();
        try {
            assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();

            problem(mint(account, ARM), 403, "user_disabled");
        } finally {
            StoreMemory.comesBack();
        }
    }

    @Test
    void whileTheStoreIsSlowAnEventTakesEffectHereAndFusionAuthHasItsAnswer() throws SQLException {
        tellTheBroker();
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + sandbox().store());
                var lock = other.createStatement()) {
            lock.execute("BEGIN IMMEDIATE");

            // FusionAuth waits for two seconds.
            assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();
            problem(mint(account, ARM), 403, "user_disabled");
            assertThat(rows("webhook_events")).isZero();

            lock.execute("ROLLBACK");
        }
        Waiting.until(() -> !StoreMemory.database().isAway(), Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"event\":{}}",
                "{\"event\":{\"type\":\"user.deactivate\"}}",
                "{\"event\":{\"type\":\"user.deactivate\",\"id\":\"x\",\"user\":{\"id\":\"y\"}}}",
                "{\"event\":{\"type\":\"user.identity-provider.link\",\"id\":\"5c5f2d43-2f1b-4d0a-9c67-3f1e2a4b5c6d\"}}",
                "{\"event\":{\"type\":{\"a\":1},\"id\":[1]}}"
            })
    void whatIsSignedAndMakesNoSenseIsTakenAndHasNoEffect(String body) {
        deliver(body);

        assertThat(rows("webhook_events")).isZero();
    }

    @Test
    void eventsOfOthersHaveNoEffect() {
        var tenant = UUID.randomUUID().toString();
        var before = reads();

        deliver(webhooks().ofUser(DEACTIVATED, person).replace(FusionAuthStandIn.TENANT_ID.toString(), tenant));
        deliver(webhooks().ofUser("user.update", person));
        deliver(webhooks()
                .body(
                        "user.registration.delete",
                        event -> event.put("applicationId", tenant).set("user", person.json())));
        mint(account, ARM).then().statusCode(200);

        assertThat(reads()).isEqualTo(before);
        assertThat(rows("webhook_events")).isZero();
    }

    @Test
    void aUserIsOfTheTenantWhicheverApplicationWasUsedToChangeThem() {
        assertThat(sandbox().fusionAuth().activate(person.id(), false)).isTrue();

        deliver(webhooks()
                .body(
                        DEACTIVATED,
                        event -> event.put("applicationId", UUID.randomUUID().toString())
                                .set("user", person.json())));

        problem(mint(account, ARM), 403, "user_disabled");
    }

    private static void tellTheBroker() {
        webhooks().to(URI.create("http://localhost:" + RestAssured.port + Webhook.PATH));
    }

    private Link link() {
        return sandbox().fusionAuth().links().stream()
                .filter(link -> link.userId().equals(person.id()))
                .findFirst()
                .orElseThrow();
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
