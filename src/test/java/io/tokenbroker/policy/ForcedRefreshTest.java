package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A usable token is passed over now and then only, whatever the request looks like. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class ForcedRefreshTest extends BrokerTest {

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void claimsThatDifferByBlanksAndOrderAreTheSameAndGiveTheTokenTheyGave() {
        String first =
                minted(Map.of("resource", ARM, "claims", "{\"access_token\":{\"a\":null,\"b\":{\"essential\":true}}}"));

        for (var same : List.of(
                "{ \"access_token\": {\"a\": null, \"b\": {\"essential\": true}}}",
                "{\"access_token\":{\"b\":{\"essential\":true},\"a\":null}}")) {
            var answer = mint(Map.of("resource", ARM, "claims", same));
            answer.then()
                    .statusCode(200)
                    .body(json("source", equalTo("cache")))
                    .body(json("access_token", equalTo(first)));
        }
        assertThat(refreshes(ARM)).isEqualTo(1);

        TestTime.advance(Duration.ofSeconds(31));
        mint(Map.of("resource", ARM, "claims", "{\"access_token\":{\"a\":null,\"b\":{\"essential\":true}}}"))
                .then()
                .statusCode(200)
                .body(json("source", equalTo("refresh")));
    }

    @Test
    void aChallengeGetsThroughAndTheNextDifferentOneWaits() {
        minted(Map.of("resource", ARM));
        minted(Map.of("resource", GRAPH));

        minted(Map.of("resource", ARM, "claims", challenge(1)));
        minted(Map.of("resource", GRAPH, "claims", challenge(1)));
        for (var i = 2; i < 20; i++) {
            ProblemAnswer.of(mint(Map.of("resource", ARM, "claims", challenge(i))), 429, "rate_limited");
        }
        assertThat(refreshes(ARM)).isEqualTo(2);
        mint(Map.of("resource", ARM)).then().statusCode(200).body(json("source", equalTo("cache")));

        TestTime.advance(Duration.ofSeconds(31));
        mint(Map.of("resource", ARM, "claims", challenge(2))).then().statusCode(200);
    }

    @Test
    void aTokenThatMayBeChallengedIsPassedOverLikeAnyOther() {
        var capable = "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}%s}}";
        minted(Map.of("resource", ARM, "claims", capable.formatted("")));
        minted(Map.of("resource", ARM, "claims", capable.formatted(",\"nbf\":{\"value\":\"1\"}")));

        ProblemAnswer.of(
                mint(Map.of("resource", ARM, "claims", capable.formatted(",\"nbf\":{\"value\":\"2\"}"))),
                429,
                "rate_limited");

        assertThat(refreshes(ARM)).isEqualTo(2);
    }

    @Test
    void aValidityJustUnderTheLifeOfATokenTakesATurnToo() {
        minted(Map.of("resource", ARM));
        for (var i = 0; i < 10; i++) {
            assertThat(mintLongerThanCached(PolicyClients.PATIENT).statusCode()).isEqualTo(i == 0 ? 200 : 429);
        }
        assertThat(refreshes(ARM)).isEqualTo(2);

        mintLongerThanCached(PolicyClients.OTHER).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(31));
        mintLongerThanCached(PolicyClients.PATIENT).then().statusCode(200);
    }

    @Test
    void aTokenThatIsAboutToExpireIsPassedOverFreely() {
        minted(Map.of("resource", ARM));
        int life = at(mint(Map.of("resource", ARM, "force_refresh", true)), "expires_in");
        TestTime.advance(Duration.ofSeconds(life - 90));
        StoreMemory.database().update("test", "UPDATE refresh_turns SET taken_until = taken_until + 86400000");

        mint(Map.of("resource", ARM)).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anotherCaseOfTheScopesIsTheSameAtEntra() {
        String token = minted(Map.of("scopes", List.of("User.Read")));

        mint(Map.of("scopes", List.of("USER.READ")))
                .then()
                .statusCode(200)
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(token)));
    }

    @Test
    void aReasonIsAsGoodAsAnother() {
        minted(Map.of("resource", ARM));
        minted(Map.of("resource", ARM, "force_refresh", true));

        ProblemAnswer.of(mint(Map.of("resource", ARM, "claims", challenge(1))), 429, "rate_limited");
        ProblemAnswer.of(
                mint(Map.of("resource", ARM, "min_validity", 86_400, "force_refresh", true)), 429, "rate_limited");

        assertThat(refreshes(ARM)).isEqualTo(2);
    }

    @Test
    void aTurnThatAnotherReplicaHasTakenIsTaken() {
        minted(Map.of("resource", ARM));
        minted(Map.of("resource", ARM, "force_refresh", true));
        var before = refreshes(ARM);
        // This replica thinks that its turn has come; the store knows better.
        TestTime.advance(Duration.ofSeconds(31));
        StoreMemory.database().update("test", "UPDATE refresh_turns SET taken_until = taken_until + 31000");

        var refused = mint(Map.of("resource", ARM, "force_refresh", true));

        ProblemAnswer.of(refused, 429, "rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(20, 30);
        assertThat(refreshes(ARM)).isEqualTo(before);
    }

    @Test
    void aMintThatPassesNothingOverWritesNothing() {
        minted(Map.of("resource", ARM, "min_validity", 3_000));
        minted(Map.of("resource", GRAPH, "claims", challenge(1)));
        minted(Map.of("resource", ARM));

        assertThat(StoreMemory.database().first("test", row -> row.getInt(1), "SELECT count(*) FROM refresh_turns"))
                .contains(0);
    }

    @Test
    void anOutageGivesTheTurnBackInTheStoreToo() {
        minted(Map.of("resource", ARM));
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));
        mint(Map.of("resource", ARM, "force_refresh", true)).then().statusCode(503);

        assertThat(StoreMemory.database().first("test", row -> row.getInt(1), "SELECT count(*) FROM refresh_turns"))
                .contains(0);
    }

    /** Asks for a second more than the cached token is valid for. */
    private Response mintLongerThanCached(ClientKey client) {
        int left = at(mint(client, Map.of("resource", ARM)), "expires_in");
        TestTime.advance(Duration.ofSeconds(2));
        return mint(client, Map.of("resource", ARM, "min_validity", left - 1));
    }

    private static String challenge(int number) {
        return "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"%d\"}}}".formatted(number);
    }

    private String minted(Map<String, ?> body) {
        return at(mint(body).then().statusCode(200).extract(), "access_token");
    }

    private Response mint(Map<String, ?> body) {
        return mint(PolicyClients.PATIENT, body);
    }

    private Response mint(ClientKey client, Map<String, ?> body) {
        return Broker.bearer(client.key()).body(body).post("/accounts/{id}/token", account);
    }

    private static long refreshes(String resource) {
        return sandbox().entra().refreshes(BLAKE, resource);
    }
}
