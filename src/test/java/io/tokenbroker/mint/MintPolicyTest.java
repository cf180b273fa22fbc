package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.ORDERS;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting.MintSettings;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may mint what: decided each time, before anything is read, and a token in the cache changes nothing. */
@QuarkusTest
@TestProfile(MintSettings.class)
class MintPolicyTest extends BrokerTest {

    private static final String ARM_APPLICATION = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void aListedResourceIsAllowedWithAndWithoutASlash() {
        by(MintSettings.NARROW, account, Map.of("resource", ARM)).then().statusCode(200);
        by(MintSettings.NARROW, account, Map.of("resource", ARM + "/")).then().statusCode(200);
        by(MintSettings.NARROW, account, Map.of("resource", ORDERS)).then().statusCode(200);
        by(MintSettings.NARROW, account, Map.of("scopes", List.of(ORDERS + "/orders.read")))
                .then()
                .statusCode(200);
    }

    @Test
    void aResourceThatIsNotListedIsForbiddenHoweverItIsAskedFor() {
        forbidden(MintSettings.NARROW, account, Map.of("resource", GRAPH));
        forbidden(MintSettings.NARROW, account, Map.of("scopes", List.of("User.Read")));
        forbidden(MintSettings.NARROW, account, Map.of("scopes", List.of(GRAPH + "/User.Read")));
        forbidden(MintSettings.NARROW, account, Map.of("scopes", List.of("openid")));
        forbidden(MintSettings.NARROW, account, Map.of("resource", ARM + "//"));
        forbidden(MintSettings.NARROW, account, Map.of("resource", ARM.toUpperCase(Locale.ROOT)));
    }

    @Test
    void noClientFillsTheActivityOfAPersonWithResourcesThatItMayNotAskFor() {
        for (var i = 0; i < 30; i++) {
            forbidden(MintSettings.NO_RESOURCE, account, Map.of("resource", "https://made-up-" + i));
        }
        TestTime.advance(Duration.ofSeconds(1));

        var seen = Broker.alice().get("/accounts/{id}/activity", account);

        Map<String, Object> refused = at(seen, "activity[?(@.client == 'noresource')]");
        assertThat(refused).containsEntry("resource", "").containsEntry("count", 30);
    }

    @Test
    void theDefaultResourceHasToBeListedToo() {
        forbidden(MintSettings.NARROW, account, Map.of());
    }

    @Test
    void anApplicationIdInAScopeIsNoWayAroundTheList() {
        by(MintSettings.GRAPH_ONLY, account, Map.of("scopes", List.of("User.Read")))
                .then()
                .statusCode(200);

        forbidden(MintSettings.GRAPH_ONLY, account, Map.of("scopes", List.of(ARM_APPLICATION + "/user_impersonation")));
        forbidden(MintSettings.GRAPH_ONLY, account, Map.of("scopes", List.of(ARM_APPLICATION + "/.default")));
        forbidden(MintSettings.NARROW, account, Map.of("scopes", List.of(ARM_APPLICATION + "/user_impersonation")));
    }

    @Test
    void aProviderThatIsNotListedIsForbidden() {
        var elsewhere = Broker.link(Sandbox.FABRIKAM, CASEY);

        forbidden(MintSettings.NARROW, elsewhere, Map.of("resource", ARM));
    }

    @Test
    void withoutAPolicyNothingIsAllowed() {
        forbidden(MintSettings.NOTHING, account, Map.of("resource", ARM));
        forbidden(MintSettings.NO_RESOURCE, account, Map.of("resource", ARM));
        forbidden(MintSettings.NO_RESOURCE, account, Map.of());
    }

    @Test
    void aTokenInTheCacheIsForThoseWhoMayHaveIt() {
        mint(account, GRAPH).then().statusCode(200);

        forbidden(MintSettings.NARROW, account, Map.of("resource", GRAPH));
        forbidden(MintSettings.NOTHING, account, Map.of("resource", GRAPH));
    }

    @Test
    void thePolicySaysNothingOfWhichAccountsThereAre() {
        var nobody = new AccountId(Sandbox.CONTOSO, "nobody").toString();

        forbidden(MintSettings.NARROW, nobody, Map.of("resource", GRAPH));
        forbidden(MintSettings.NOTHING, nobody, Map.of("resource", ARM));
    }

    @Test
    void theOwnerMayBeNamedInAnyLetterCase() {
        var owner = FusionAuthStandIn.ALICE_ID.toString();

        forUser(account, owner).then().statusCode(200);
        forUser(account, owner.toUpperCase(Locale.ROOT)).then().statusCode(200);
    }

    @Test
    void anotherUsersAccountAndNoneAreTheSame() {
        forUser(account, FusionAuthStandIn.ALICE_ID.toString()).then().statusCode(200);
        var nobody = new AccountId(Sandbox.CONTOSO, "nobody").toString();

        var foreign = forUser(account, FusionAuthStandIn.ZOE_ID.toString());
        var unknown = forUser(nobody, FusionAuthStandIn.ZOE_ID.toString());

        foreign.then().statusCode(404).body(json("code", equalTo("account_not_found")));
        assertThat(withoutRequestId(foreign)).isEqualTo(withoutRequestId(unknown));
        assertThat(withoutRequestId(forUser(account, "not-an-id"))).isEqualTo(withoutRequestId(unknown));
        assertThat(withoutRequestId(mint("acc_!", ARM))).isEqualTo(withoutRequestId(unknown));
        assertThat(withoutRequestId(mint(new AccountId(UUID.randomUUID(), "b").toString(), ARM)))
                .isEqualTo(withoutRequestId(unknown));
    }

    @Test
    void anUnlinkElsewhereTakesEffectWithinHalfAMinuteWhateverIsCached() {
        // The owner, too, is read with the next mint: half a minute counts from the older of both.
        TestTime.advance(Duration.ofMinutes(1));
        mint(account, ARM).then().statusCode(200);
        var link = linkOf(account);
        sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());

        TestTime.advance(Duration.ofSeconds(25));
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        TestTime.advance(Duration.ofSeconds(6));
        mint(account, ARM).then().statusCode(404).body(json("code", equalTo("account_not_found")));
    }

    @Test
    void anUnlinkHereTakesEffectAtOnce() {
        mint(account, ARM).then().statusCode(200);

        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        mint(account, ARM).then().statusCode(404);
    }

    @Test
    void whatTheFormerOwnerMintedIsNotServedToTheNext() {
        var first = mint(account, ARM);
        var link = linkOf(account);
        sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
        sandbox()
                .fusionAuth()
                .addLink(
                        FusionAuthStandIn.ZOE_ID,
                        link.identityProviderId(),
                        link.identityProviderUserId(),
                        "z",
                        link.token());
        TestTime.advance(Duration.ofSeconds(31));

        forUser(account, FusionAuthStandIn.ALICE_ID.toString()).then().statusCode(404);
        var answer = forUser(account, FusionAuthStandIn.ZOE_ID.toString());

        answer.then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(Json.<String>at(answer, "access_token")).isNotEqualTo(at(first, "access_token"));
    }

    @Test
    void aNewAuthorizationIsUsedAtOnce() {
        mint(account, ARM).then().body(json("source", equalTo("refresh")));

        Broker.link(Sandbox.CONTOSO, BLAKE);

        mint(account, ARM).then().body(json("source", equalTo("refresh")));
        assertThat(Minting.refreshRequests().getLast().form())
                .containsEntry("refresh_token", String.valueOf(linkOf(account).token()));
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void aProvidersOwnDefaultResourceIsUsed() {
        var elsewhere = Broker.link(Sandbox.FABRIKAM, CASEY);

        var answer = Broker.mint(elsewhere, Map.of());

        answer.then().statusCode(200);
        assertThat(introspect(answer).audience()).isEqualTo(ARM + "/");
    }

    private static Response by(String key, String account, Map<String, ?> body) {
        return Broker.bearer(key).body(body).post("/accounts/{id}/token", account);
    }

    private static Response forUser(String account, String user) {
        return Broker.mint(account, Map.of("resource", ARM, "user_id", user));
    }

    private static void forbidden(String key, String account, Map<String, ?> body) {
        TestTime.advance(Duration.ofSeconds(31));
        var reads = sandbox().fusionAuth().count("GET", LINK_API);
        var refreshes = sandbox().entra().refreshes();

        by(key, account, body).then().statusCode(403).body(json("code", equalTo("forbidden")));

        assertThat(sandbox().fusionAuth().count("GET", LINK_API)).isEqualTo(reads);
        assertThat(sandbox().entra().refreshes()).isEqualTo(refreshes);
    }

    private static Map<String, Object> withoutRequestId(Response answer) {
        var body = answer.jsonPath().<String, Object>getMap("$");
        body.remove("request_id");
        return body;
    }
}
