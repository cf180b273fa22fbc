package io.tokenbroker.mint;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a token must last, and what the cache gives when. */
@QuarkusTest
class MintValidityTest extends BrokerTest {

    private static final String CLAIMS = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void fiveMinutesAreLeftUnlessAskedOtherwise() {
        tokensLive(1000);
        mint(account, ARM);

        advance(690);
        mint(account, ARM)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("expires_in", greaterThanOrEqualTo(300)));
        advance(15);
        mint(account, ARM).then().body(json("source", equalTo("refresh"))).body(json("expires_in", greaterThan(990)));
    }

    @Test
    void whatIsAskedForIsLeft() {
        tokensLive(1000);
        lasting(900).then().body(json("source", equalTo("refresh")));
        lasting(900).then().body(json("source", equalTo("cache")));

        advance(90);
        lasting(900).then().body(json("source", equalTo("cache"))).body(json("expires_in", greaterThanOrEqualTo(900)));
        advance(15);
        lasting(900).then().body(json("source", equalTo("refresh")));
    }

    @Test
    void whoAsksForNothingGetsATokenToItsLastSecond() {
        tokensLive(1000);
        mint(account, ARM);

        advance(990);
        lasting(0)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("expires_in", allOf(greaterThan(0), lessThanOrEqualTo(10))));
        advance(11);
        lasting(0).then().body(json("expires_in", greaterThan(900)));
    }

    @Test
    void aTenantWhoseTokensNeverLiveAsLongAsAskedIsNotAskedEachTime() {
        tokensLive(100);
        mint(account, ARM)
                .then()
                .body(json("source", equalTo("refresh")))
                .body(json("expires_in", lessThanOrEqualTo(100)));
        mint(account, ARM).then().body(json("source", equalTo("cache")));
        advance(15);
        lasting(3600).then().body(json("source", equalTo("cache")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);

        advance(10);
        mint(account, ARM).then().body(json("source", equalTo("refresh")));
    }

    @Test
    void aLifetimeInTextIsUnderstood() {
        tokensLive(1000);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.EXPIRES_IN_TEXT));

        mint(account, ARM).then().body(json("expires_in", allOf(greaterThan(990), lessThanOrEqualTo(1000))));
    }

    @Test
    void aForcedRefreshAsksTheTenantAndReplacesWhatIsCached() {
        var first = mint(account, ARM);

        var forced = mintAnew(account, ARM);

        forced.then()
                .body(json("source", equalTo("refresh")))
                .body(json("access_token", not(equalTo(at(first, "access_token")))));
        mint(account, ARM)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(forced, "access_token"))));
    }

    @Test
    void aClaimsChallengeIsPassedOnAndItsTokenReplacesTheCachedOne() {
        sandbox().entra().switches().armChallenge(true);
        var refused = mint(account, ARM);
        subscriptions(refused).then().statusCode(401);

        var answer = Broker.mint(account, Map.of("resource", ARM, "claims", CLAIMS));

        answer.then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(refreshRequests().getLast().form()).containsEntry("claims", CLAIMS);
        subscriptions(answer).then().statusCode(200);
        var cached = mint(account, ARM);
        cached.then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(answer, "access_token"))));
    }

    @Test
    void aClaimsChallengeThatFailsLeavesTheCachedTokenWhereItIs() {
        var first = mint(account, ARM);
        sandbox().entra().faults().add(EntraFault.aadsts(50076).times(1));

        Broker.mint(account, Map.of("resource", ARM, "claims", CLAIMS)).then().statusCode(403);

        mint(account, ARM)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
    }

    @Test
    void aTokenForOneWhoCanBeChallengedIsNobodyElses() {
        var first = mint(account, GRAPH);
        var capable = "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}";

        var answer = Broker.mint(account, Map.of("resource", GRAPH, "claims", capable));

        answer.then()
                .statusCode(200)
                .body(json("source", equalTo("refresh")))
                .body(json("expires_in", greaterThan(20 * 3600)));
        mint(account, GRAPH)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", " { } "})
    void claimsThatAskForNothingAreNone(String nothing) {
        var first = mint(account, ARM);

        Broker.mint(account, Map.of("resource", ARM, "claims", nothing))
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
        assertThat(sandbox().entra().refreshes()).isEqualTo(1);
    }

    @Test
    void claimsThatNameAMemberTwiceAreRefused() {
        var hidden = "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}},\"access_token\":{}}";

        Broker.mint(account, Map.of("resource", ARM, "claims", hidden))
                .then()
                .statusCode(400)
                .body(json("errors[0].field", equalTo("claims")));
    }

    @Test
    void whileTheTenantIsAwayAShorterTokenIsServedAndSaysSo() {
        tokensLive(1000);
        var first = mint(account, ARM);
        advance(800);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.SERVER_ERROR));

        mint(account, ARM)
                .then()
                .statusCode(200)
                .body(json("source", equalTo("stale")))
                .body(json("access_token", equalTo(at(first, "access_token"))))
                .body(json("expires_at", equalTo(at(first, "expires_at"))))
                .body(json("expires_in", allOf(greaterThan(180), lessThanOrEqualTo(200))));

        advance(201);
        unavailable(mint(account, ARM));
    }

    @Test
    void aTokenThatAResourceRefusedIsNotServedAgainWhileTheTenantIsAway() {
        var first = mint(account, ARM);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));

        unavailable(mintAnew(account, ARM));
        unavailable(Broker.mint(account, Map.of("resource", ARM, "claims", CLAIMS)));
        mint(account, ARM)
                .then()
                .body(json("source", equalTo("cache")))
                .body(json("access_token", equalTo(at(first, "access_token"))));
    }

    @Test
    void anOutageOfFusionAuthIsNotNoticedForHalfAMinute() {
        mint(account, ARM).then().statusCode(200);
        sandbox()
                .fusionAuth()
                .fault(io.tokenbroker.sandbox.fusionauth.FusionAuthFault.of(
                        io.tokenbroker.sandbox.fusionauth.FusionAuthFault.Kind.ERROR_500));

        advance(25);
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        advance(6);
        mint(account, ARM)
                .then()
                .statusCode(503)
                .body(json("code", equalTo("fusionauth_unavailable")))
                .header("Retry-After", notNullValue());

        sandbox().fusionAuth().clearFaults();
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void aHitAsksNobody() {
        mint(account, ARM);
        var reads = sandbox().fusionAuth().count("GET", LINK_API);

        mint(account, ARM).then().body(json("source", equalTo("cache")));

        assertThat(sandbox().fusionAuth().count("GET", LINK_API)).isEqualTo(reads);
        assertThat(sandbox().entra().refreshes()).isEqualTo(1);
    }

    private Response lasting(int seconds) {
        return Broker.mint(account, Map.of("resource", ARM, "min_validity", seconds));
    }

    /** They are not renewed ahead of time, which is another test's. */
    private static void tokensLive(int seconds) {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(seconds)));
        sandbox().entra().faults().add(EntraFault.refreshIn(Duration.ofSeconds(seconds - 1)));
    }

    private static void advance(int seconds) {
        TestTime.advance(Duration.ofSeconds(seconds));
    }

    private static void unavailable(Response answer) {
        answer.then()
                .statusCode(503)
                .body(json("code", equalTo("provider_unavailable")))
                .header("Retry-After", notNullValue());
    }

    private static Response subscriptions(Response minted) {
        return given().header("Authorization", "Bearer " + at(minted, "access_token"))
                .get(sandbox().entra().url() + "/arm/subscriptions");
    }
}
