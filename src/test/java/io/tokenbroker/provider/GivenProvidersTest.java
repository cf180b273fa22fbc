package io.tokenbroker.provider;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.OtherSettings;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other settings than the usual: providers given in full, no PKCE, several redirect URIs, clients that may do little. */
@QuarkusTest
@TestProfile(OtherSettings.class)
class GivenProvidersTest extends LinkingTest {

    @Test
    void providersGivenInFullNeedNotBeReadFromFusionAuth() {
        var byEndpoints = new HashMap<String, Object>();
        byEndpoints.put("id", Sandbox.FABRIKAM.toString());
        byEndpoints.put("name", "Fabrikam by settings");
        byEndpoints.put("issuer", null);

        Broker.alice()
                .get("/providers")
                .then()
                .statusCode(200)
                .body(json(
                        "$",
                        equalTo(Map.of(
                                "providers",
                                List.of(
                                        Map.of(
                                                "id", Sandbox.CONTOSO.toString(),
                                                "name", "Contoso by settings",
                                                "issuer", sandbox().issuer(Tenant.CONTOSO)),
                                        byEndpoints)))));
        Management.given().get("/q/health/ready").then().statusCode(200);
        problem(Broker.start(Sandbox.ADATUM), 404, "provider_not_found");
    }

    @Test
    void everySignInAsksForWhatTheSettingsDemand() {
        assertThat(parameters(Map.of()))
                .containsEntry("claims", OtherSettings.SECOND_FACTOR)
                .containsEntry("acr_values", "phr phrh");
        assertThat(Broker.query(URI.create(at(Broker.start(Sandbox.CONTOSO), "authorize_url"))))
                .doesNotContainKeys("claims", "acr_values");
    }

    @Test
    void whatTheCallerAsksComesOnTopAndCountsWhereBothAskForOneClaim() {
        var other = "{\"id_token\":{\"auth_time\":null},\"access_token\":{\"nbf\":{\"essential\":true}}}";
        assertThat(parameters(Map.of("claims", other)).get("claims"))
                .isEqualTo(
                        "{\"access_token\":{\"acrs\":{\"essential\":true,\"values\":[\"p1\"]},\"nbf\":{\"essential\":true}},\"id_token\":{\"auth_time\":null}}");

        var same = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
        assertThat(parameters(Map.of("claims", same)).get("claims")).isEqualTo(same);
    }

    @Test
    void withoutPkceReadinessSaysThePrice() {
        Management.given()
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body(json("checks[?(@.name == 'cautions')].data.pkce", containsString("stolen")));
    }

    private static Map<String, String> parameters(Map<String, ?> more) {
        var started = start(Broker.alice(), Sandbox.FABRIKAM, more);
        return Broker.query(URI.create(at(started, "authorize_url")));
    }

    @Test
    void whatFusionAuthToldStaysWhenItRefusesToTellAgain() {
        OtherSettings.mayReadProviders(true);
        letTheBrokerLook();
        listed().body(json("providers[*].name", hasItem("Adatum")));

        OtherSettings.mayReadProviders(false);
        letTheBrokerLook();
        listed().body(json("providers[*].name", hasItems("Adatum", "Contoso by settings")));

        forgetWhatFusionAuthTold();
    }

    @Test
    void aProxyThatBarsTheProvidersIsNoFaultEither() {
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.PROXY_401).on("GET", "/api/identity-provider"));
        try {
            letTheBrokerLook();

            Management.given()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body(not(containsString("last attempt failed")));
        } finally {
            sandbox().fusionAuth().clearFaults();
        }
    }

    @Test
    void oneThatIsDisabledInFusionAuthIsNotUsedEither() {
        var account = Broker.link(Sandbox.FABRIKAM, "c@fabrikam.com");
        var fabrikam = sandbox().fusionAuth().providers().stream()
                .filter(provider -> provider.id().equals(Sandbox.FABRIKAM))
                .findFirst()
                .orElseThrow();
        OtherSettings.mayReadProviders(true);

        sandbox().fusionAuth().addProvider(fabrikam.withEnabled(false));
        letTheBrokerLook();
        listed().body(json("providers[*].name", not(hasItem("Fabrikam by settings"))));
        problem(Broker.mint(account, Map.of()), 502, "provider_misconfigured")
                .body(json("detail", containsString("it is disabled in FusionAuth")));

        sandbox().fusionAuth().addProvider(fabrikam);
        letTheBrokerLook();
        listed().body(json("providers[*].name", hasItem("Fabrikam by settings")));

        forgetWhatFusionAuthTold();
    }

    /** For the other tests: the key may read for once, and finds none. */
    private void forgetWhatFusionAuthTold() {
        var told = sandbox().fusionAuth().providers();
        told.forEach(provider -> sandbox().fusionAuth().removeProvider(provider.id()));
        OtherSettings.mayReadProviders(true);
        letTheBrokerLook();
        OtherSettings.mayReadProviders(false);
        told.forEach(sandbox().fusionAuth()::addProvider);
        listed().body(json("providers[*].name", not(hasItem("Adatum"))));
    }

    private static ValidatableResponse listed() {
        return Broker.alice().get("/providers").then().statusCode(200);
    }

    @Test
    void accountsOfGivenProvidersAreLinkedAndMintedFor() {
        var contoso = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var fabrikam = Broker.link(Sandbox.FABRIKAM, "c@fabrikam.com");

        Broker.mint(contoso, Map.of()).then().statusCode(200);
        assertThat(sandbox().entra().tokenRequests().getLast().form())
                .containsEntry("client_id", AppRegistration.CLIENT_ID)
                .containsKey("client_secret");
        Broker.mint(fabrikam, Map.of()).then().statusCode(200);
        assertThat(sandbox().entra().tokenRequests().getLast().form()).doesNotContainKey("client_secret");
    }

    @Test
    void withoutPkceThereIsNeitherChallengeNorVerifier() {
        var started = Broker.start(Sandbox.CONTOSO);
        assertThat(Broker.query(URI.create(at(started, "authorize_url"))))
                .containsOnlyKeys("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt");

        Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com"))
                .then()
                .statusCode(202);

        var complete = sandbox().fusionAuth().requests().stream()
                .filter(request -> request.path().equals("/api/identity-provider/login"))
                .findFirst()
                .orElseThrow();
        assertThat(complete.json().path("data").has("code_verifier")).isFalse();
    }

    @Test
    void aFusionAuthThatIgnoresVerifiersWorksWithoutPkce() {
        sandbox().fusionAuth().switches().set(Unknown.Verifier.IGNORED);

        complete(Sandbox.CONTOSO, "b@contoso.com").then().statusCode(202);
    }

    @Test
    void aFusionAuthThatRequiresAVerifierDoesNot() {
        sandbox().fusionAuth().switches().set(Unknown.Verifier.REQUIRED);

        problem(complete(Sandbox.CONTOSO, "b@contoso.com"), 400, "authorization_failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {Sandbox.CALLBACK, OtherSettings.SECOND_CALLBACK, OtherSettings.THIRD_CALLBACK})
    void eachConfiguredRedirectUriIsUsedToTheLetter(String redirectUri) {
        sandbox().entra().app().addRedirectUri(redirectUri);

        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("redirect_uri", redirectUri));

        assertThat(Broker.query(URI.create(at(started, "authorize_url")))).containsEntry("redirect_uri", redirectUri);
        Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com"))
                .then()
                .statusCode(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:3000/Callback",
                "http://localhost:3000/callback/",
                "http://localhost:3000/callback?tenant=1",
                "http://localhost:3000/callback?tenant=1&x=/",
                "http://localhost:3000/callback?x=%2F&tenant=1",
                "http://localhost:3000/callback,http://localhost:3000/Callback/"
            })
    void whatIsBetweenTheConfiguredOnesIsNone(String other) {
        problem(start(Broker.alice(), Sandbox.CONTOSO, Map.of("redirect_uri", other)), 400, "redirect_uri_not_allowed");
    }

    @Test
    void aClientSeesAccountsOfItsProvidersOnly() {
        var contoso = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var fabrikam = Broker.link(Sandbox.FABRIKAM, "c@fabrikam.com");
        var alice = "?user_id=" + FusionAuthStandIn.ALICE_ID;

        Broker.bearer(OtherSettings.NARROW_KEY)
                .get("/accounts" + alice)
                .then()
                .statusCode(200)
                .body(json("accounts[*].id", equalTo(List.of(fabrikam))));
        Broker.bearer(OtherSettings.NARROW_KEY)
                .get("/accounts/{id}" + alice, fabrikam)
                .then()
                .statusCode(200);
        problem(
                Broker.bearer(OtherSettings.NARROW_KEY).get("/accounts/{id}" + alice, contoso),
                404,
                "account_not_found");
    }

    @Test
    void aClientWithoutPolicySeesNothing() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var alice = "?user_id=" + FusionAuthStandIn.ALICE_ID;

        Broker.bearer(OtherSettings.NOTHING_KEY)
                .get("/accounts" + alice)
                .then()
                .statusCode(200)
                .body(json("accounts", equalTo(List.of())));
        problem(
                Broker.bearer(OtherSettings.NOTHING_KEY).get("/accounts/{id}" + alice, account),
                404,
                "account_not_found");
    }
}
