package io.tokenbroker.audit;

import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.audit.AuditEvent.Action;
import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.audit.AuditEvent.Deed;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the audit log has of what was done, each event valid by its schema. */
@QuarkusTest
class AuditLogTest extends BrokerTest {

    private static final String ALICE = FusionAuthStandIn.ALICE_ID.toString();

    private final AuditLog audit;
    private final Scheduler scheduler;
    private int known;

    @Inject
    AuditLogTest(AuditLog audit, Scheduler scheduler) {
        this.audit = audit;
        this.scheduler = scheduler;
    }

    @BeforeEach
    void begin() {
        // What other tests had refused is of another minute.
        TestTime.advance(Duration.ofMinutes(1));
        audit.writeSums();
        known = AuditLines.behind(0).size();
    }

    @AfterEach
    void timersGoOn() {
        scheduler.resume();
    }

    @Test
    void aMintIsToldBeforeItsTokenLeaves() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);

        var minted = Broker.client()
                .header("X-Request-Id", "the-first")
                .body(Map.of("resource", Minting.ARM))
                .post("/accounts/{id}/token", account);

        var event = AuditLines.behind(known).getLast();
        assertThat(words(event)).isEqualTo("mint refresh true client demo rest");
        assertThat(event.path("account").path("id").asText()).isEqualTo(account);
        assertThat(event.path("account").path("owner").asText()).isEqualTo(ALICE);
        assertThat(event.path("resource").asText()).isEqualTo(Minting.ARM);
        assertThat(event.path("scopes").path(0).asText()).isEqualTo(Minting.ARM + "/.default");
        assertThat(event.path("request_id").asText()).isEqualTo("the-first");
        assertThat(event.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(event.path("token_sha256").asText())
                .hasSize(32)
                .isEqualTo(DoorSettings.sha256(at(minted, "access_token")).substring(0, 32));
    }

    @Test
    void hitsAreSummedByTheMinute() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        for (var i = 0; i < 5; i++) {
            Minting.mint(account, Minting.ARM).then().statusCode(200);
        }
        assertThat(of(is("mint")))
                .extracting(AuditLogTest::words)
                .containsExactly("mint refresh true client demo rest");

        // It wants to show what there is by now, and so has the counters read, unless that was a moment ago.
        TestTime.advance(Duration.ofSeconds(1));
        Broker.alice().get("/accounts/{id}/activity", account).then().statusCode(200);
        audit.writeSums();

        // A minute may have ended in between.
        var sums = of(is("mint", "cache"));
        assertThat(counted(sums)).isEqualTo(4);
        assertThat(sums).allSatisfy(sum -> {
            assertThat(Instant.parse(sum.path("since").asText()))
                    .isBeforeOrEqualTo(Instant.parse(sum.path("time").asText()));
            assertThat(sum.path("account").path("owner").asText()).isEqualTo(ALICE);
            assertThat(sum.has("token_sha256")).isFalse();
        });
    }

    @Test
    void pagesOfAllUsersAccountsAreSummed() {
        for (var i = 0; i < 3; i++) {
            Broker.bearer(Sandbox.OPERATOR_KEY).get("/accounts").then().statusCode(200);
        }
        // Of one user: not told.
        Broker.client().get("/accounts?user_id=" + ALICE).then().statusCode(200);

        audit.writeSums();

        var sums = of(is("read"));
        assertThat(counted(sums)).isEqualTo(3);
        assertThat(sums).allSatisfy(sum -> {
            assertThat(words(sum)).isEqualTo("read listed true client operator rest");
            assertThat(sum.has("account")).isFalse();
        });
    }

    @Test
    void linkingIsToldStepByStep() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var again = Broker.signIn(
                Broker.alice()
                        .body(Map.of(
                                "provider_id",
                                Sandbox.CONTOSO.toString(),
                                "redirect_uri",
                                Sandbox.CALLBACK,
                                "account_id",
                                account))
                        .post("/authorizations/start"),
                Minting.BLAKE);
        Broker.complete(Broker.alice(), again).then().statusCode(200);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        var events = of(event -> event.path("account").path("id").asText().equals(account));
        assertThat(events)
                .extracting(AuditLogTest::words)
                .containsExactly(
                        "link pending true user " + ALICE + " rest",
                        "resolve linked true user " + ALICE + " rest",
                        "reauthorize linked true user " + ALICE + " rest",
                        "unlink unlinked true user " + ALICE + " rest");
        assertThat(events)
                .allSatisfy(event ->
                        assertThat(event.path("account").path("owner").asText()).isEqualTo(ALICE));
    }

    @Test
    void aRefusedMintIsToldOnceWithWhatWasAsked() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);

        Minting.mint(account, "https://vault.azure.net").then().statusCode(403);

        var event = AuditLines.only(known, is("mint"));
        assertThat(words(event)).isEqualTo("mint consent_required false client demo rest");
        assertThat(event.path("account").path("owner").asText()).isEqualTo(ALICE);
        assertThat(event.path("resource").asText()).isEqualTo("https://vault.azure.net");
        assertThat(event.has("token_sha256")).isFalse();
    }

    @Test
    void everyDoorIsNamed() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var unlinked = new AccountId(Sandbox.CONTOSO, "nobody").toString();

        DoorSettings.exchange(Minting.ARM)
                .post("/accounts/{id}/oauth2/token", account)
                .then()
                .statusCode(200);
        DoorSettings.identity(Minting.GRAPH)
                .get("/accounts/{id}/msi/token", account)
                .then()
                .statusCode(200);
        Broker.client()
                .body(Map.of(
                        "requests",
                        List.of(
                                Map.of("account_id", account, "resource", "https://vault.azure.net"),
                                Map.of("account_id", unlinked),
                                Map.of("account_id", "none"),
                                Map.of("resource", Minting.ARM))))
                .post("/tokens")
                .then()
                .statusCode(200);
        Broker.client()
                .queryParam("api-version", "2023-07-12-preview")
                .body(Map.of("scopes", List.of(Minting.ARM + "/.default")))
                .post("/azd/token")
                .then()
                .statusCode(200);

        AuditLines.only(known, event -> event.path("door").asText().equals("azd"));
        Waiting.until(() -> of(is("mint")).size() == 7);
        assertThat(of(is("mint")))
                .extracting(AuditLogTest::words)
                .containsExactlyInAnyOrder(
                        "mint refresh true client demo token-exchange",
                        "mint refresh true client demo managed-identity",
                        "mint consent_required false client demo batch",
                        "mint account_not_found false client demo batch",
                        "mint account_not_found false client demo batch",
                        "mint invalid_request false client demo batch",
                        "mint account_not_found false client demo azd");
    }

    @Test
    void aRefusalIsToldBeTheCallerKnownOrNot() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);

        Broker.client().delete("/accounts/{id}", account).then().statusCode(403);
        Broker.alice().post("/accounts/{id}/token", account).then().statusCode(403);
        asStranger(account).then().statusCode(401);

        var unlink = AuditLines.only(known, is("unlink"));
        assertThat(words(unlink)).isEqualTo("unlink forbidden false client demo rest");
        assertThat(unlink.path("account").path("id").asText()).isEqualTo(account);
        assertThat(words(AuditLines.only(known, is("mint")))).isEqualTo("mint forbidden false user " + ALICE + " rest");
        var stranger = AuditLines.only(known, is("read", "unauthorized"));
        assertThat(words(stranger)).isEqualTo("read unauthorized false unknown  rest");
        assertThat(stranger.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(stranger.path("request_id").asText()).isEqualTo("a-stranger");
        assertThat(stranger.has("account")).isFalse();
    }

    @Test
    void ofManyRefusalsTheFirstOfAMinuteAreToldSinglyAndTheRestIsSummed() {
        // The broker writes its sums each minute by itself.
        scheduler.pause();
        // No other test's minute.
        TestTime.advance(Duration.ofMinutes(5));
        var account = new AccountId(Sandbox.CONTOSO, "nobody").toString();
        for (var i = 0; i < 130; i++) {
            Minting.mint(account, "https://resource-" + i).then().statusCode(404);
            asStranger(account).then().statusCode(401);
        }

        Waiting.until(() -> of(is("mint")).size() == 100 && of(is("read")).size() == 100);
        assertThat(of(event -> event.has("count"))).isEmpty();
        audit.writeSums();
        var sums = of(event -> event.has("count"));
        assertThat(counted(of(is("mint", "account_not_found")))).isEqualTo(30);
        assertThat(counted(of(is("read", "unauthorized")))).isEqualTo(30);
        assertThat(sums)
                .hasSize(2)
                .allSatisfy(sum ->
                        assertThat(sum.has("account") || sum.has("resource")).isFalse());

        TestTime.advance(Duration.ofMinutes(1));
        Minting.mint(account, "https://resource-0").then().statusCode(404);
        Predicate<JsonNode> first = event -> event.path("resource").asText().equals("https://resource-0");
        Waiting.until(() -> of(first).size() == 2);
    }

    @Test
    void aClientIsToldSinglyHoweverManyUsersAreRefused() {
        // No other test's minute.
        TestTime.advance(Duration.ofMinutes(10));
        for (var i = 0; i < 1_000; i++) {
            refused(new Actor(Caller.USER, Optional.of(new UUID(1, i).toString()), Optional.empty()));
        }

        refused(Actor.client("demo"));
        refused(new Actor(Caller.USER, Optional.of(new UUID(1, 1_000).toString()), Optional.empty()));

        var event = AuditLines.only(
                known,
                is("unlink", "forbidden")
                        .and(found -> found.path("caller").path("kind").asText().equals("client")));
        assertThat(event.has("count")).isFalse();
        audit.writeSums();
        assertThat(counted(of(is("unlink", "forbidden").and(found -> found.has("count")))))
                .isOne();
    }

    private void refused(Actor actor) {
        audit.refused(
                Deed.of(Action.UNLINK, actor, Optional.empty(), Door.REST, "forbidden"), Origin.within(Door.REST));
    }

    @Test
    void aRefusalHasOnlySoManyOfItsScopes() {
        var scopes = IntStream.range(0, 50)
                .mapToObj(i -> "api://orders/" + i + "x".repeat(200))
                .toList();

        Broker.mint(new AccountId(Sandbox.CONTOSO, "nobody").toString(), Map.of("scopes", scopes))
                .then()
                .statusCode(404);

        var event = AuditLines.only(known, is("mint"));
        assertThat(event.path("scopes")).hasSize(3);
        assertThat(event.path("scopes").path(2).asText()).isEqualTo("...");
    }

    @Test
    void anAddressThatNoTrustedProxyHasSaidIsNotBelieved() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);

        Broker.client()
                .header("X-Forwarded-For", "203.0.113.7")
                .header("Forwarded", "for=203.0.113.7")
                .header("X-Request-Id", "{\"forged\":\"\\n\"}")
                .body(Map.of("resource", Minting.ARM))
                .post("/accounts/{id}/token", account)
                .then()
                .statusCode(200);

        var event = AuditLines.only(known, is("mint"));
        assertThat(event.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(event.path("request_id").asText()).doesNotContain("forged");
    }

    @Test
    void whatOthersChooseCannotBreakTheLine() {
        var deed = new Deed(
                Action.MINT,
                Actor.client("a\"b\n{\u2028\u202e\u0000"),
                Optional.empty(),
                "x\r\n\u0085é",
                List.of("\ud83d\ude00"),
                Door.REST,
                "refresh");

        var line = AuditEvent.of(Instant.EPOCH, deed, Origin.within(Door.REST))
                .withToken(Secret.of("token"))
                .line();

        assertThat(line).matches("[\\x20-\\x7E]+");
        assertThat(AuditLines.valid(line).path("caller").path("id").asText()).isEqualTo("a\"b\n{\u2028\u202e\u0000");
    }

    private static Response asStranger(String account) {
        return Broker.bearer("tbk_demo_" + UUID.randomUUID())
                .header("X-Request-Id", "a-stranger")
                .get("/accounts/{id}", account);
    }

    private static int counted(List<JsonNode> sums) {
        return sums.stream().mapToInt(sum -> sum.path("count").asInt()).sum();
    }

    private List<JsonNode> of(Predicate<JsonNode> such) {
        return AuditLines.behind(known).stream().filter(such).toList();
    }

    private static Predicate<JsonNode> is(String event) {
        return found -> found.path("event").asText().equals(event);
    }

    private static Predicate<JsonNode> is(String event, String outcome) {
        return is(event).and(found -> found.path("outcome").asText().equals(outcome));
    }

    private static String words(JsonNode event) {
        return "%s %s %s %s %s %s"
                .formatted(
                        event.path("event").asText(),
                        event.path("outcome").asText(),
                        event.path("success").asText(),
                        event.path("caller").path("kind").asText(),
                        event.path("caller").path("id").asText(),
                        event.path("door").asText());
    }
}
