package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.ORDERS;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the settings of a client allow, and what it is told where they do not. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class ClientPolicyTest extends BrokerTest {

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://contoso.sharepoint.com",
                "https://contoso.sharepoint.com/",
                "https://contoso.sharepoint.com/sites",
                "https://contoso.sharepoint.com/sites/a/"
            })
    void aStarAfterASlashListsAllThatIsBelow(String resource) {
        assertThat(deniedBy(PolicyClients.SITES, Map.of("resource", resource))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://contoso.sharepoint.com.evil.example",
                "https://contoso.sharepoint.comevil",
                "https://contoso.sharepoint.com@evil.example/",
                "https://contoso.sharepoint.com:8443/",
                "https://contoso.sharepoint.com//",
                "https://contoso.sharepoint.com//evil.example",
                "https://contoso.sharepoint.com/../evil",
                "https://contoso.sharepoint.com/a/..",
                "https://contoso.sharepoint.com/%2e%2e/evil",
                "https://contoso.sharepoint.com/?x",
                "https://contoso.sharepoint.com/#x",
                "https://CONTOSO.sharepoint.com/sites",
                "http://contoso.sharepoint.com/sites",
                "https://evil.example/https://contoso.sharepoint.com/",
                "https://contoso.sharepoint.co",
                "*"
            })
    void aStarCannotBeOutwitted(String resource) {
        assertThat(deniedBy(PolicyClients.SITES, Map.of("resource", resource))).isEqualTo("resources");
        ProblemAnswer.of(mint(PolicyClients.SITES, Map.of("resource", resource)), 403, "forbidden");
    }

    @Test
    void whatAStarListsIsMinted() {
        mint(PolicyClients.SITES, Map.of("resource", ORDERS)).then().statusCode(200);
        mint(PolicyClients.SITES, Map.of("scopes", List.of(ORDERS + "/orders.read")))
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @CsvSource({
        "User.Read,                                  ",
        "https://graph.microsoft.com/User.Read,      ",
        "Mail.Read,                                  ",
        "https://graph.microsoft.com/Mail.Read,      scopes",
        "Mail.ReadWrite,                             scopes",
        "https://graph.microsoft.com/.default,       scopes",
        "https://evil.example/User.Read,             scopes",
        "api://orders/orders.read,                   ",
        "api://orders/.default,                      ",
        "api://orders.evil/orders.read,              scopes",
        "https://management.azure.com/.default,      ",
        "https://management.azure.com//.default,     ",
        "https://management.azure.com/user_impersonation, scopes",
        "openid,                                     scopes"
    })
    void scopesAreListedByNameAndBelowASlash(String scope, String deniedBy) {
        assertThat(deniedBy(PolicyClients.READER, Map.of("scopes", List.of(scope))))
                .isEqualTo(deniedBy);
    }

    @Test
    void aResourceNeedsItsDefaultScopeListedToo() {
        assertThat(deniedBy(PolicyClients.READER, Map.of("resource", ARM))).isNull();
        assertThat(deniedBy(PolicyClients.READER, Map.of("resource", ARM + "/")))
                .isNull();
        assertThat(deniedBy(PolicyClients.READER, Map.of("resource", GRAPH))).isEqualTo("scopes");
        assertThat(deniedBy(PolicyClients.READER, Map.of())).isEqualTo("scopes");
        mint(PolicyClients.READER, Map.of("scopes", List.of("User.Read")))
                .then()
                .statusCode(200);
        mint(PolicyClients.READER, Map.of("scopes", List.of("User.Read", "Mail.ReadWrite")))
                .then()
                .statusCode(403)
                .body(json("detail", containsString("broker.clients.<name>.scopes")));
    }

    @Test
    void aClientThatNeedsTheUsersTokenIsToldWhereItCounts() {
        mint(PolicyClients.PROVEN, Map.of("resource", ARM))
                .then()
                .statusCode(403)
                .body(json("code", equalTo("forbidden")))
                .body(json("detail", containsString("POST /oauth2/token")));
        Broker.bearer(PolicyClients.PROVEN.key())
                .body(Map.of("requests", List.of(Map.of("account_id", account, "resource", ARM))))
                .post("/tokens")
                .then()
                .body(json("results[0].problem.code", equalTo("forbidden")));
        assertThat(deniedBy(PolicyClients.PROVEN, Map.of("resource", ARM))).isEqualTo("subject-token-required");
    }

    @Test
    void aClientThatNeedsTheUsersTokenReadsNoAccountsWithoutIt() {
        var alice = FusionAuthStandIn.ALICE_ID.toString();
        for (var path : List.of("/accounts", "/accounts/" + account)) {
            var refused = Broker.bearer(PolicyClients.PROVEN.key())
                    .queryParam("user_id", alice)
                    .get(path);
            ProblemAnswer.of(refused, 403, "forbidden");
            assertThat(Json.<String>at(refused, "detail")).contains("in place of the client's key");
            Broker.bearer(PolicyClients.OTHER.key())
                    .queryParam("user_id", alice)
                    .get(path)
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void aClientInsistsOnceInHalfAMinuteForEachAccount() {
        var elsewhere = Broker.link(Sandbox.FABRIKAM, CASEY);
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(200).body(json("source", equalTo("refresh")));

        TestTime.advance(Duration.ofSeconds(10));
        for (var resource : List.of(ARM, GRAPH)) {
            var refused = mint(PolicyClients.PATIENT, forced(resource));
            ProblemAnswer.of(refused, 429, "rate_limited");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(15, 20);
        }
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
        mint(PolicyClients.PATIENT, Map.of("resource", ARM))
                .then()
                .statusCode(200)
                .body(json("source", equalTo("cache")));
        mint(PolicyClients.OTHER, forced(ARM)).then().statusCode(200).body(json("source", equalTo("refresh")));
        mint(PolicyClients.PATIENT, elsewhere, forced(ARM)).then().statusCode(200);

        TestTime.advance(Duration.ofSeconds(20));
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void ofManyWhoInsistAtOnceOnDifferentThingsOneGetsThrough() {
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));
        var items = IntStream.range(0, 100)
                .mapToObj(i -> forcedWith("{\"access_token\":{\"number\":{\"value\":\"%d\"}}}".formatted(i)))
                .toList();

        var answer = batch(PolicyClients.PATIENT, items);

        answer.then().statusCode(200);
        assertThat(Json.<List<?>>at(answer, "results[*].token")).hasSize(1);
        assertThat(Json.<List<String>>at(answer, "results[*].problem.code"))
                .hasSize(99)
                .containsOnly("rate_limited");
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void whoInsistOnTheSameAtOnceShareTheAnswer() {
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));

        var answer =
                batch(PolicyClients.PATIENT, Collections.nCopies(10, forcedWith("{\"access_token\":{\"a\":null}}")));

        assertThat(Json.<List<?>>at(answer, "results[*].token")).hasSize(10);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void aMintThatCannotBeAskedForUsesNothingUp() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "no-token", "n", null);
        var without = new AccountId(Sandbox.CONTOSO, "no-token").toString();

        for (var i = 0; i < 2; i++) {
            mint(PolicyClients.PATIENT, without, forced(ARM))
                    .then()
                    .statusCode(409)
                    .body(json("code", equalTo("no_refresh_token")));
        }
        explain(PolicyClients.PATIENT, without, forced(ARM)).then().body(json("allowed", equalTo(true)));
    }

    @Test
    void aTokenOfAnotherIdentityIsAnAnswerToo() {
        sandbox().entra().faults().add(EntraFault.tokenOf("bea@contoso.com"));
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(502);

        ProblemAnswer.of(mint(PolicyClients.PATIENT, forced(ARM)), 429, "rate_limited");

        assertThat(sandbox().entra().refreshes()).isEqualTo(1);
    }

    @Test
    void whoInsistsOnARefusedMintHearsTheRefusalAndNotThatItIsTooEarly() {
        sandbox().entra().directory().revokeSessions(BLAKE);
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(409);

        mint(PolicyClients.PATIENT, forced(ARM))
                .then()
                .statusCode(409)
                .body(json("reauthorize.account_id", equalTo(account)));

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void anOutageUsesNothingUpAndANewAuthorizationIsANewBeginning() {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));
        ProblemAnswer.of(mint(PolicyClients.PATIENT, forced(ARM)), 503, "provider_unavailable");
        sandbox().entra().faults().clear();
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(200);
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(429);

        Broker.link(Sandbox.CONTOSO, BLAKE);

        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(200);
    }

    @Test
    void aLimitedClientSeesWhatIsLeft() {
        TestTime.advance(Duration.ofMinutes(2));
        mint(PolicyClients.SLOW, Map.of("resource", ARM))
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", equalTo("\"default\";q=4;w=60"))
                .header("RateLimit", startsWith("\"default\";r=3;t="));
        Broker.bearer(PolicyClients.SLOW.key())
                .body(Map.of("requests", List.of(Map.of("account_id", "a"), Map.of("account_id", "b"))))
                .post("/tokens")
                .then()
                .header("RateLimit", startsWith("\"default\";r=1;t="));
        var item = Map.of("account_id", account, "resource", ARM);
        batch(PolicyClients.SLOW, List.of(item, item))
                .then()
                .statusCode(200)
                .body(json("results[*].token.source", contains("cache")))
                .body(json("results[*].problem.code", contains("rate_limited")))
                .body(json("results[*].problem.detail", contains(matchesPattern(".* in \\d+ seconds.*"))))
                .header("RateLimit", startsWith("\"default\";r=0;t="));
        var none = batch(PolicyClients.SLOW, List.of(item));
        ProblemAnswer.of(none, 429, "rate_limited");
        assertThat(none.header("RateLimit")).isEqualTo("\"default\";r=0;t=" + none.header("Retry-After"));

        var refused = mint(PolicyClients.SLOW, Map.of("resource", ARM));

        ProblemAnswer.of(refused, 429, "rate_limited");
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"default\";q=4;w=60");
        assertThat(refused.header("RateLimit")).isEqualTo("\"default\";r=0;t=" + refused.header("Retry-After"));
        ProblemAnswer.of(explain(PolicyClients.SLOW, account, Map.of("resource", ARM)), 429, "rate_limited");
        TestTime.advance(Duration.ofSeconds(15));
        explain(PolicyClients.SLOW, account, Map.of("resource", ARM))
                .then()
                .statusCode(200)
                .body(json("denied_by", equalTo("requests-per-minute")));
    }

    @Test
    void aClientWithoutALimitHearsOfNone() {
        var answer = mint(PolicyClients.OTHER, Map.of("resource", ARM));

        assertThat(answer.header("RateLimit")).isNull();
        assertThat(answer.header("RateLimit-Policy")).isNull();
    }

    @Test
    void theExplanationNamesEachRuleAndMintsNothing() {
        explain(PolicyClients.OTHER, account, Map.of("resource", ARM))
                .then()
                .statusCode(200)
                .body(json("allowed", equalTo(true)))
                .body(json("denied_by", nullValue()))
                .body(json("detail", nullValue()))
                .body(json(
                        "rules[*].rule",
                        contains("providers", "subject-token-required", "resources", "scopes", "requests-per-minute")))
                .body(json("rules[*].allowed", contains(true, true, true, true, true)));
        explain(PolicyClients.CONTOSO_ONLY, account, Map.of("resource", GRAPH))
                .then()
                .statusCode(200)
                .body(json("allowed", equalTo(false)))
                .body(json("denied_by", equalTo("resources")))
                .body(json("detail", containsString("broker.clients.<name>.resources")))
                .body(json("rules[*].allowed", contains(true, true, false, true, true)));
        assertThat(sandbox().entra().refreshes(BLAKE)).isZero();
    }

    @Test
    void theExplanationOfAForcedMintTellsOfItsBudget() {
        explain(PolicyClients.PATIENT, account, forced(ARM)).then().body(json("allowed", equalTo(true)));
        mint(PolicyClients.PATIENT, forced(ARM)).then().statusCode(200);

        explain(PolicyClients.PATIENT, account, forced(ARM))
                .then()
                .body(json("denied_by", equalTo("force-refresh-interval")));
    }

    @Test
    void theExplanationSaysOfAnAccountOnlyWhatAMintWould() {
        var outside = Broker.link(Sandbox.FABRIKAM, CASEY);
        var nobody = new AccountId(Sandbox.CONTOSO, "nobody").toString();
        var nobodyOutside = new AccountId(Sandbox.FABRIKAM, "nobody").toString();
        var nowhere = new AccountId(UUID.randomUUID(), "nobody").toString();

        for (var id : List.of(outside, nobodyOutside, nowhere)) {
            explain(PolicyClients.CONTOSO_ONLY, id, Map.of("resource", ARM))
                    .then()
                    .statusCode(200)
                    .body(json("denied_by", equalTo("providers")))
                    .body(json(
                            "rules[*].rule", contains("providers", "subject-token-required", "requests-per-minute")));
        }
        ProblemAnswer.of(
                explain(PolicyClients.CONTOSO_ONLY, nobody, Map.of("resource", ARM)), 404, "account_not_found");
        ProblemAnswer.of(explain(PolicyClients.OTHER, nowhere, Map.of("resource", ARM)), 404, "account_not_found");
        ProblemAnswer.of(explain(PolicyClients.OTHER, "acc_!", Map.of("resource", ARM)), 404, "account_not_found");
        ProblemAnswer.of(
                explain(
                        PolicyClients.OTHER,
                        account,
                        Map.of("resource", ARM, "user_id", FusionAuthStandIn.ZOE_ID.toString())),
                404,
                "account_not_found");
        explain(PolicyClients.CONTOSO_ONLY, nobody, Map.of("resource", GRAPH))
                .then()
                .statusCode(200)
                .body(json("denied_by", equalTo("resources")));
    }

    @Test
    void theExplanationOfAMintAtAnUnusableProviderIsThatOfTheMint() {
        try {
            sandbox()
                    .fusionAuth()
                    .addProvider(Minting.providerLike(Sandbox.CONTOSO)
                            .withId(Sandbox.CONTOSO)
                            .withEnabled(false));
            ReloadProviders.now();

            var explained = explain(PolicyClients.CONTOSO_ONLY, account, Map.of("resource", GRAPH));

            ProblemAnswer.of(explained, 502, "provider_misconfigured");
            assertThat(Json.<String>at(explained, "detail"))
                    .isEqualTo(at(mint(PolicyClients.CONTOSO_ONLY, Map.of("resource", GRAPH)), "detail"));
            explain(PolicyClients.PROVEN, account, Map.of("resource", GRAPH))
                    .then()
                    .statusCode(200)
                    .body(json("denied_by", equalTo("subject-token-required")));
        } finally {
            sandbox().reset();
            ReloadProviders.now();
        }
    }

    @Test
    void theExplanationIsTheClientsOwn() {
        ProblemAnswer.of(Broker.alice().body(Map.of("account_id", account)).post("/policy/explain"), 403, "forbidden");
        ProblemAnswer.of(explain(PolicyClients.OTHER, account, Map.of("colour", "red")), 400, "invalid_request");
        ProblemAnswer.of(
                Broker.bearer(PolicyClients.OTHER.key()).body(Map.of()).post("/policy/explain"),
                400,
                "invalid_request");
        ProblemAnswer.of(
                explain(PolicyClients.OTHER, account, Map.of("scopes", List.of(ARM + "/a", ORDERS + "/b"))),
                400,
                "invalid_scope");
    }

    @Test
    void aClientThatMayListAllAccountsSeesThoseOfItsProviders() {
        var elsewhere = Broker.link(Sandbox.FABRIKAM, CASEY);

        assertThat(Json.<List<String>>at(list(PolicyClients.OVERSEER, ""), "accounts[*].id"))
                .containsExactly(account)
                .doesNotContain(elsewhere);
    }

    @Test
    void aClientThatMayListAllAccountsMayMintNothingByThat() {
        ProblemAnswer.of(mint(PolicyClients.OVERSEER, Map.of("resource", ARM)), 403, "forbidden");
        explain(PolicyClients.OVERSEER, account, Map.of("resource", ARM))
                .then()
                .body(json("denied_by", equalTo("resources")))
                .body(json(
                        "rules[*].rule",
                        contains("providers", "subject-token-required", "resources", "scopes", "requests-per-minute")));
    }

    @Test
    void noOtherClientMayListAllAccounts() {
        for (var client : List.of(PolicyClients.OTHER, PolicyClients.CONTOSO_ONLY, PolicyClients.SITES)) {
            for (var query : List.of("", "?status=active", "?limit=x", "?after=x")) {
                ProblemAnswer.of(list(client, query), 403, "forbidden");
                list(client, query)
                        .then()
                        .body(json("detail", containsString("broker.clients.<name>.may-list-all-accounts")));
            }
        }
        list(PolicyClients.PROVEN, "")
                .then()
                .statusCode(403)
                .body(json("detail", containsString("broker.clients.<name>.subject-token-required")));
        ProblemAnswer.of(list(DoorMatrixTest.Client.NOBODY.key(), ""), 403, "forbidden");
    }

    /** A page is found by a bounded number of rows, and says so where that was not enough. */
    @Test
    void manyAccountsOfOtherProvidersMakePagesShorterAndLoseNone() {
        StoreMemory.database().transaction("test", session -> {
            for (var i = 0; i < 4_500; i++) {
                session.update("""
                        INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version,
                            lease_until, status, status_since, consecutive_failures, next_look_at)
                        VALUES (?, 'user', 1, 'root', ?, 1, 1, 0, 'active', 0, 0, 0)""", new AccountId(new UUID(0, 0), "identity-" + i).toString(), new byte[] {1});
            }
            return 0;
        });

        var found = new ArrayList<String>();
        var pages = 0;
        for (var page = list(PolicyClients.OVERSEER, "");
                page != null;
                page = at(page, "next") == null ? null : list(PolicyClients.OVERSEER, "?after=" + at(page, "next"))) {
            pages++;
            found.addAll(Json.<List<String>>at(page.then().statusCode(200).extract(), "accounts[*].id"));
        }

        assertThat(found).containsExactly(account);
        assertThat(pages).isEqualTo(3);
    }

    private static Response list(ClientKey client, String query) {
        return Broker.bearer(client.key()).get("/accounts" + query);
    }

    private String deniedBy(ClientKey client, Map<String, ?> wish) {
        return at(explain(client, account, wish).then().statusCode(200).extract(), "denied_by");
    }

    private Response mint(ClientKey client, Map<String, ?> body) {
        return mint(client, account, body);
    }

    private static Response mint(ClientKey client, String account, Map<String, ?> body) {
        return Broker.bearer(client.key()).body(body).post("/accounts/{id}/token", account);
    }

    private static Response explain(ClientKey client, String account, Map<String, ?> wish) {
        var body = new HashMap<String, Object>(wish);
        body.put("account_id", account);
        return Broker.bearer(client.key()).body(body).post("/policy/explain");
    }

    private static Response batch(ClientKey client, List<? extends Map<String, ?>> items) {
        return Broker.bearer(client.key()).body(Map.of("requests", items)).post("/tokens");
    }

    /** A forced mint that shares its refresh with none that has other claims. */
    private Map<String, Object> forcedWith(String claims) {
        return Map.of("account_id", account, "resource", ARM, "force_refresh", true, "claims", claims);
    }

    private static Map<String, ?> forced(String resource) {
        return Map.of("resource", resource, "force_refresh", true);
    }
}
