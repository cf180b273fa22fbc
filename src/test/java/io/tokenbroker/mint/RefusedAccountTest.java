package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of those who keep asking for what was refused. */
@QuarkusTest
@Timeout(120)
class RefusedAccountTest extends BrokerTest {

    private static final String VAULT = "https://vault.azure.net";
    private static final String CLAIMS = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void aRevokedAccountThatIsAskedForTwoThousandTimesBothersItsTenantOnce() {
        sandbox().entra().directory().revokeSessions(BLAKE);

        assertThat(mintsAtOnce(account, 2000))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(409));
        assertThat(refreshes()).isEqualTo(1);

        TestTime.advance(Duration.ofMinutes(14));
        mintsAtOnce(account, 50);
        assertThat(refreshes()).isEqualTo(1);
        TestTime.advance(Duration.ofMinutes(2));
        mintsAtOnce(account, 50);
        assertThat(refreshes()).isEqualTo(2);
    }

    @Test
    void whoInsistsOnANewTokenOfARevokedAccountBothersItsTenantEveryMinute() {
        sandbox().entra().directory().revokeSessions(BLAKE);
        mint(account, ARM).then().statusCode(409);

        for (var look = 0; look < 2; look++) {
            TestTime.advance(Duration.ofSeconds(27));
            mintAnew(account, ARM).then().statusCode(409).body(json("reauthorize.account_id", equalTo(account)));
            mintAnew(account, GRAPH).then().statusCode(409);
            assertThat(refreshes()).isEqualTo(1);
        }

        TestTime.advance(Duration.ofSeconds(6));
        mintAnew(account, ARM).then().statusCode(409);
        mintAnew(account, GRAPH).then().statusCode(409);
        assertThat(refreshes()).isEqualTo(2);
    }

    @Test
    void whoInsistsGetsPastARefusalOfOneResource() {
        mint(account, VAULT).then().statusCode(403);
        sandbox().entra().consents().grant(BLAKE, VAULT, "user_impersonation");

        mint(account, VAULT).then().statusCode(403).body(json("code", equalTo("consent_required")));
        mintAnew(account, VAULT).then().statusCode(200);
        mint(account, VAULT).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void aClaimsChallengeIsRefusedForItselfOnly() {
        sandbox().entra().faults().add(EntraFault.aadsts(50076).times(1));
        withClaims(CLAIMS).then().statusCode(403);

        withClaims(CLAIMS).then().statusCode(403);
        assertThat(refreshes()).isEqualTo(1);
        mint(account, ARM).then().statusCode(200);
        withClaims(CLAIMS.replace("c1", "c2")).then().statusCode(200);
    }

    @Test
    void aNewAuthorizationEndsEveryRefusalAtOnce() {
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.aadsts(53003).onResource(GRAPH).times(1));
        mint(account, GRAPH).then().statusCode(403);
        sandbox().entra().directory().revokeSessions(BLAKE);
        mint(account, ARM).then().statusCode(409);

        Broker.link(Sandbox.CONTOSO, BLAKE);

        account(account).then().body(json("status", equalTo("active")));
        mint(account, ARM).then().statusCode(200);
        mint(account, GRAPH).then().statusCode(200);
    }

    @Test
    void aNewSignInElsewhereEndsThemWithinHalfAMinute() {
        sandbox().entra().directory().revokeSessions(BLAKE);
        mint(account, ARM).then().statusCode(409);
        var refused = Minting.linkOf(account);
        Broker.link(Sandbox.CONTOSO, BLAKE);
        var renewed = Minting.linkOf(account);
        sandbox().fusionAuth().putLink(refused);
        TestTime.advance(Duration.ofSeconds(31));
        mint(account, ARM).then().statusCode(409);

        sandbox().fusionAuth().putLink(renewed);
        TestTime.advance(Duration.ofSeconds(31));

        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void aRefusalThatExplainsNothingIsConfirmedByAnotherQuestion() {
        sandbox().entra().faults().add(EntraFault.aadsts(70000).times(1));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(Minting.refreshRequests())
                .extracting(request -> request.form().getOrDefault("scope", ""))
                .containsExactly(
                        ARM + "/.default offline_access openid profile",
                        "offline_access openid profile",
                        ARM + "/.default offline_access openid profile");
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void oneScopeThatIsRefusedWithoutAReasonCostsTheOthersNothing() {
        sandbox().entra().faults().add(EntraFault.aadsts(70000).onResource(ARM));

        mint(account, ARM)
                .then()
                .statusCode(403)
                .body(json("code", equalTo("consent_required")))
                .body(json("reauthorize.scopes", equalTo(List.of(ARM + "/.default"))));

        account(account).then().body(json("status", equalTo("active")));
        mint(account, GRAPH).then().statusCode(200).body(json("source", equalTo("refresh")));
        mintAnew(account, GRAPH).then().statusCode(200);
    }

    @Test
    void whoMustSignInAgainIsAskedForWhatWasAskedFor() {
        sandbox().entra().faults().add(EntraFault.aadsts(70000));

        Broker.mint(account, Map.of("scopes", List.of("Mail.Read")))
                .then()
                .statusCode(409)
                .body(json("reauthorize.scopes", equalTo(List.of("Mail.Read"))));
    }

    @Test
    void whatIsConfirmedOnceNeedsNoMoreConfirmation() {
        sandbox().entra().faults().add(EntraFault.aadsts(70000));
        mint(account, ARM).then().statusCode(409);
        TestTime.advance(Duration.ofMinutes(16));

        mint(account, ARM).then().statusCode(409);

        assertThat(refreshes()).isEqualTo(3);
    }

    @Test
    void whatWasConfirmedDiffersIsWhatCounts() {
        sandbox().entra().faults().add(EntraFault.aadsts(70000).times(1));
        sandbox().entra().faults().add(EntraFault.aadsts(50076));

        mint(account, ARM).then().statusCode(403).body(json("code", equalTo("interaction_required")));

        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aTenantThatIsAskedTooOftenForOneThingIsLeftAloneWithItAndOthersAreNot() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)));
        sandbox().entra().faults().add(EntraFault.refreshIn(Duration.ofSeconds(999)));
        mint(account, GRAPH).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(800));
        sandbox().entra().faults().add(EntraFault.aadsts(50196).onResource(GRAPH));
        sandbox().entra().faults().add(EntraFault.aadsts(50196).onResource(VAULT));

        mint(account, GRAPH).then().statusCode(200).body(json("source", equalTo("stale")));
        mint(account, VAULT).then().statusCode(503);
        TestTime.advance(Duration.ofSeconds(20));
        mint(account, GRAPH)
                .then()
                .statusCode(200)
                .body(json("source", equalTo("stale")))
                .body(json("expires_in", greaterThan(170)))
                .body(json("expires_in", lessThanOrEqualTo(180)));
        var waiting = mintAnew(account, VAULT);
        waiting.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        assertThat(Integer.parseInt(waiting.header("Retry-After"))).isBetween(1, 10);
        assertThat(refreshes()).isEqualTo(3);

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aClockThatIsSetBackProlongsNoRefusal() {
        sandbox().entra().faults().add(EntraFault.aadsts(50173).times(1));
        mint(account, ARM).then().statusCode(409);

        TestTime.advance(Duration.ofMinutes(-5));

        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void anAccountThatWorksForOneResourceWorks() {
        sandbox().entra().faults().add(EntraFault.aadsts(50173).times(1));
        mint(account, ARM).then().statusCode(409);
        TestTime.advance(Duration.ofSeconds(61));
        mintAnew(account, GRAPH).then().statusCode(200);

        account(account).then().body(json("status", equalTo("active")));
        mint(account, ARM).then().statusCode(200);
    }

    private Response withClaims(String claims) {
        return Broker.mint(account, Map.of("resource", ARM, "claims", claims));
    }

    private static long refreshes() {
        return sandbox().entra().refreshes(BLAKE);
    }
}
