package io.tokenbroker.account;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.FusionAuthTypes;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
class AccountsTest extends LinkingTest {

    private static final UUID ALICE = FusionAuthStandIn.ALICE_ID;
    private static final UUID ZOE = FusionAuthStandIn.ZOE_ID;

    @Test
    void anAccountLooksAsTheContractSays() {
        var inserted = Instant.parse("2026-01-02T03:04:05.678Z");
        var loggedIn = Instant.parse("2026-02-03T04:05:06Z");
        put(ALICE, Sandbox.CONTOSO, "identity-1", "refresh-token-1", inserted, loggedIn);
        var expected = Map.of(
                "id", id(Sandbox.CONTOSO, "identity-1"),
                "user_id", ALICE.toString(),
                "provider", Map.of("id", Sandbox.CONTOSO.toString(), "name", "Contoso"),
                "provider_user_id", "identity-1",
                "display_name", "identity-1@contoso.com",
                "linked_at", "2026-01-02T03:04:05.678Z",
                "last_authorized_at", "2026-02-03T04:05:06Z",
                "status", "active");

        var list = list();
        var one = Broker.alice().get("/accounts/{id}", id(Sandbox.CONTOSO, "identity-1"));

        assertThat(Json.<Map<String, Object>>at(list, "$")).containsOnlyKeys("accounts");
        for (Map<String, Object> view :
                List.of(Json.<Map<String, Object>>at(list, "accounts[0]"), Json.<Map<String, Object>>at(one, "$"))) {
            assertThat(view)
                    .containsAllEntriesOf(expected)
                    .containsEntry("reason", null)
                    .hasSize(9);
        }
        assertThat(list.asString() + one.asString()).doesNotContain("refresh-token-1");
        assertThat(one.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void anAccountThatNobodySignedInToSinceWasAuthorizedWhenLinked() {
        sandbox()
                .fusionAuth()
                .putLink(new Link(
                        FusionAuthStandIn.TENANT_ID,
                        Sandbox.CONTOSO,
                        "identity",
                        ALICE,
                        null,
                        null,
                        Instant.parse("2026-01-02T03:04:05Z"),
                        null));

        Broker.alice()
                .get("/accounts")
                .then()
                .body(json("accounts[0].last_authorized_at", equalTo("2026-01-02T03:04:05Z")))
                .body(json("accounts[0].status", equalTo("no_refresh_token")))
                .body(json("accounts[0].display_name", notNullValue()));
    }

    @Test
    void whatFusionAuthDoesNotDateHasNoDate() {
        link(ALICE, "undated");
        sandbox().fusionAuth().switches().set(Unknown.LinkInstants.OMITTED);
        hasNoDates("undated");
    }

    @Test
    void aDateBeyondTheYear9999IsNone() {
        var never = Instant.ofEpochMilli(Long.MAX_VALUE / 1_000);
        put(ALICE, Sandbox.CONTOSO, "of-the-future", "t", never, never);
        hasNoDates("of-the-future");
    }

    private static void hasNoDates(String identity) {
        Broker.alice()
                .get("/accounts/{id}", id(Sandbox.CONTOSO, identity))
                .then()
                .statusCode(200)
                .body(json("linked_at", nullValue()))
                .body(json("last_authorized_at", nullValue()));
    }

    @Test
    void theOldestAccountComesFirst() {
        var then = Instant.parse("2026-01-01T00:00:00Z");
        put(ALICE, Sandbox.CONTOSO, "third", "t3", then.plusSeconds(3), then.plusSeconds(4));
        put(ALICE, Sandbox.ADATUM, "first", "t1", then.plusSeconds(1), then.plusSeconds(9));
        put(ALICE, Sandbox.CONTOSO, "second", "t2", then.plusSeconds(2), then.plusSeconds(2));

        list().then().body(json("accounts[*].provider_user_id", equalTo(List.of("first", "second", "third"))));
    }

    @Test
    void theProvidersRefusalShowsAsReauthorizationRequired() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox().entra().faults().add(io.tokenbroker.sandbox.entra.EntraFault.aadsts(50173));
        problem(Broker.mint(account, Map.of()), 409, "reauthorization_required");

        Broker.alice()
                .get("/accounts/{id}", account)
                .then()
                .body(json("status", equalTo("reauthorization_required")))
                .body(json("reason", equalTo("revoked")));

        sandbox().entra().faults().clear();
        complete(Sandbox.CONTOSO, "b@contoso.com").then().body(json("account.status", equalTo("active")));
    }

    @Test
    void usersSeeTheirOwnAccountsOnly() {
        link(ALICE, "alices");
        link(ZOE, "zoes");

        list().then().body(json("accounts[*].provider_user_id", equalTo(List.of("alices"))));
        Broker.user(ZOE).get("/accounts").then().body(json("accounts[*].provider_user_id", equalTo(List.of("zoes"))));
        Broker.alice().get("/accounts?user_id=" + ALICE).then().statusCode(200);
        problem(Broker.alice().get("/accounts?user_id=" + ZOE), 403, "forbidden");
    }

    @Test
    void aForeignAccountIsToTheLetterAnUnknownOne() {
        link(ZOE, "zoes");
        var foreign = id(Sandbox.CONTOSO, "zoes");
        var unknown = id(Sandbox.CONTOSO, "nobodys");

        for (var path : List.of("/accounts/" + foreign, "/accounts/" + unknown, "/accounts/nonsense")) {
            for (var answer : List.of(
                    Broker.alice().header("X-Request-Id", "r-1").get(path),
                    Broker.alice().header("X-Request-Id", "r-1").delete(path),
                    Broker.client().header("X-Request-Id", "r-1").get(path + "?user_id=" + ALICE))) {
                problem(answer, 404, "account_not_found");
                assertThat(answer.asString())
                        .isEqualTo(Broker.alice()
                                .header("X-Request-Id", "r-1")
                                .get("/accounts/" + unknown)
                                .asString());
            }
        }
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void aClientNamesTheUser() {
        link(ALICE, "alices");
        var account = id(Sandbox.CONTOSO, "alices");

        problem(Broker.client().get("/accounts"), 403, "forbidden")
                .body(json(
                        "detail",
                        allOf(
                                containsString("user_id"),
                                containsString("broker.clients.<name>.may-list-all-accounts"))));
        refusesUser(Broker.client().get("/accounts/{id}", account));
        refusesUser(Broker.client().get("/accounts?user_id=alice"));
        Broker.client()
                .get("/accounts?user_id=" + ALICE)
                .then()
                .statusCode(200)
                .body(json("accounts[*].id", equalTo(List.of(account))));
        Broker.client()
                .get("/accounts/{id}?user_id=" + ALICE, account)
                .then()
                .statusCode(200)
                .body(json("id", equalTo(account)));
        problem(Broker.client().get("/accounts/{id}?user_id=" + ZOE, account), 404, "account_not_found");
        problem(Broker.client().delete("/accounts/{id}?user_id=" + ALICE, account), 403, "forbidden");
    }

    @ParameterizedTest
    @EnumSource(Unknown.UnknownUser.class)
    void aUserWhoDoesNotExistHasNoAccounts(Unknown.UnknownUser told) {
        sandbox().fusionAuth().switches().set(told);

        Broker.client()
                .get("/accounts?user_id=" + UUID.randomUUID())
                .then()
                .statusCode(200)
                .body(json("$", equalTo(Map.of("accounts", List.of()))));
    }

    @ParameterizedTest
    @EnumSource(Unknown.NoLinks.class)
    void noAccountsAreAnEmptyList(Unknown.NoLinks told) {
        sandbox().fusionAuth().switches().set(told);

        list().then().statusCode(200).body(json("$", equalTo(Map.of("accounts", List.of()))));
    }

    @Test
    void whileFusionAuthIsAwayNobodyCanTell() {
        link(ALICE, "alices");
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                        .on("GET", "/api/identity-provider/link"));

        problem(list(), 503, "fusionauth_unavailable").header("Retry-After", notNullValue());
        problem(Broker.alice().get("/accounts/{id}", id(Sandbox.CONTOSO, "alices")), 503, "fusionauth_unavailable")
                .header("Retry-After", notNullValue());
    }

    @Test
    void linksOfOtherKindsOfProvidersAreNoAccounts() {
        var google = IdentityProvider.google("Google");
        save(google);
        sandbox().fusionAuth().addLink(ALICE, google.id(), "at-google", "a@gmail.com", "google-token");
        link(ALICE, "alices");

        onlyAlicesAccountShows(google.id(), "at-google");
    }

    @Test
    void aLinkOfAKindThatIsNotKnownYetDoesNotHideTheOthers() {
        var json = IdentityProvider.google("Novel").json().deepCopy().put("type", FusionAuthTypes.LATER_KIND);
        var novel = new IdentityProvider(json);
        save(novel);
        sandbox().fusionAuth().addLink(ALICE, novel.id(), "by-thought", "a", "thought-token");
        link(ALICE, "alices");

        onlyAlicesAccountShows(novel.id(), "by-thought");
    }

    @Test
    void aServerThatDoesNotTellTheKindIsBelieved() {
        var gone = UUID.randomUUID();
        sandbox().fusionAuth().addLink(ALICE, gone, "somebody", "a", "token-at-a-provider-that-is-gone");

        list().then().statusCode(200).body(json("accounts[*].provider.id", equalTo(List.of(gone.toString()))));
    }

    static List<String> oddIdentities() {
        return List.of(
                "u+id/1",
                "with some spaces",
                "äöüß€",
                "a?b=c&d#e%20f",
                "..",
                "../../x",
                "'; drop table links",
                "<script>",
                "日本語",
                "x".repeat(255),
                "日".repeat(255),
                "😀".repeat(255),
                "~rotating~not",
                "0");
    }

    @ParameterizedTest
    @MethodSource("oddIdentities")
    void anyIdentityMakesAnIdThatWorksInAUrl(String identity) {
        link(ALICE, identity);

        String account = at(list().then().statusCode(200).extract(), "accounts[0].id");

        assertThat(account).matches("[A-Za-z0-9_-]+").isEqualTo(id(Sandbox.CONTOSO, identity));
        Broker.alice()
                .get("/accounts/" + account)
                .then()
                .statusCode(200)
                .body(json("provider_user_id", equalTo(identity)));
        Broker.alice().delete("/accounts/" + account).then().statusCode(204);
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void anIdStaysTheSameForever() {
        var first = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        Broker.alice().delete("/accounts/{id}", first).then().statusCode(204);
        advance(Duration.ofDays(1));

        assertThat(Broker.link(Sandbox.CONTOSO, "b@contoso.com")).isEqualTo(first);
        assertThat(first)
                .isEqualTo(id(
                        Sandbox.CONTOSO,
                        sandbox().fusionAuth().links().getFirst().identityProviderUserId()));
    }

    @Test
    void anIdHasOneSpelling() {
        link(ALICE, "ab");
        link(ALICE, "ÿÿÿÿ");
        var id = id(Sandbox.CONTOSO, "ab");
        Broker.alice().get("/accounts/" + id).then().statusCode(200);

        for (var other : List.of(
                id + "=",
                id + "==",
                id.replace("acc_", "ACC_"),
                id.substring(4),
                id.substring(0, id.length() - 1) + (char) (id.charAt(id.length() - 1) + 1),
                id + "A",
                id(Sandbox.CONTOSO, "ÿÿÿÿ")
                        .replace('_', '/')
                        .replace("acc/", "acc_")
                        .replace("/", "%2F"),
                "acc_",
                "acc_" + "A".repeat(22),
                "acc_" + "A".repeat(3_000))) {
            problem(Broker.alice().urlEncodingEnabled(false).get("/accounts/" + other), 404, "account_not_found");
        }
    }

    private static void onlyAlicesAccountShows(UUID otherProvider, String otherIdentity) {
        list().then().statusCode(200).body(json("accounts[*].provider_user_id", equalTo(List.of("alices"))));
        var other = id(otherProvider, otherIdentity);
        problem(Broker.alice().get("/accounts/{id}", other), 404, "account_not_found");
        problem(Broker.alice().delete("/accounts/{id}", other), 404, "account_not_found");
        assertThat(sandbox().fusionAuth().links()).hasSize(2);
    }

    private static ValidatableResponse refusesUser(Response answer) {
        return problem(answer, 400, "invalid_request").body(json("errors[*].field", equalTo(List.of("user_id"))));
    }

    private static Response list() {
        return Broker.alice().get("/accounts");
    }

    private static void link(UUID user, String identity) {
        sandbox().fusionAuth().addLink(user, Sandbox.CONTOSO, identity, "name", "token-of-" + UUID.randomUUID());
    }

    private static void put(
            UUID user, UUID provider, String identity, String token, Instant inserted, Instant loggedIn) {
        sandbox()
                .fusionAuth()
                .putLink(new Link(
                        FusionAuthStandIn.TENANT_ID,
                        provider,
                        identity,
                        user,
                        identity + "@contoso.com",
                        token,
                        inserted,
                        loggedIn));
    }

    /** The id that the broker must give: others keep it, so it may never change. */
    private static String id(UUID provider, String identity) {
        var name = identity.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(16 + name.length)
                .putLong(provider.getMostSignificantBits())
                .putLong(provider.getLeastSignificantBits())
                .put(name)
                .array();
        return "acc_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
