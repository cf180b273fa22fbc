package io.tokenbroker.start;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a refusal tells the person to do, start takes as it is told. */
@QuarkusTest
class ReauthorizeTest extends LinkingTest {

    private static final String SIGN_IN = "openid profile email offline_access";

    /** Another resource, Graph, and both by all that was consented or by name. */
    private static final List<List<String>> SCOPES = List.of(
            List.of(ARM + "/.default"),
            List.of(ARM + "//.default"),
            List.of("api://orders/orders.read", "api://orders/orders.write"),
            List.of("https://graph.microsoft.com/.default"),
            List.of("Mail.Read", "User.Read"));

    @ParameterizedTest
    @CsvSource({
        "65001, consent_required, false",
        "65004, consent_required, false",
        "90094, consent_required, false",
        "50076, interaction_required, true",
        "50158, interaction_required, true",
        "53003, blocked_by_policy, true",
        "53002, blocked_by_policy, false",
        "50173, reauthorization_required, false",
        "700082, reauthorization_required, false"
    })
    void atEntra(int number, String code, boolean withClaims) {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.aadsts(number).onGrant("refresh_token"));
        for (var scopes : SCOPES) {
            var refused = Broker.mint(account, Map.of("scopes", scopes, "force_refresh", true));
            refused.then().body(json("code", equalTo(code)));

            var url = startedWith(refused);

            assertThat(url)
                    .containsEntry(
                            "scope",
                            code.equals("consent_required") || areOfGraph(scopes)
                                    ? SIGN_IN + " " + String.join(" ", scopes)
                                    : SIGN_IN);
            assertThat(url.getOrDefault("claims", "").contains("capolids")).isEqualTo(withClaims);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "invalid_grant, reauthorization_required",
        "interaction_required, interaction_required",
        "login_required, interaction_required",
        "consent_required, consent_required",
        "access_denied, blocked_by_policy"
    })
    void atAnotherProvider(String error, String code) {
        var claims = "{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"silver\"]}}}";
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        var account = link(provider, plain, "someone");
        plain.refusesRefreshes(
                code.equals("interaction_required")
                        ? Map.of("error", error, "claims", claims)
                        : Map.of("error", error));
        for (var scopes : List.of(List.of("https://api.example/all"), List.of("read", "write"))) {
            var refused = Broker.mint(account, Map.of("scopes", scopes));
            refused.then().body(json("code", equalTo(code)));

            var url = startedWith(refused);

            assertThat(url).containsEntry("scope", SIGN_IN + " " + String.join(" ", scopes));
            assertThat(url.getOrDefault("claims", "")).isEqualTo(code.equals("interaction_required") ? claims : "");
        }
    }

    @Test
    void anAccountWithoutARefreshToken() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "no-token", "n", null);
        var refused = Broker.mint(new AccountId(Sandbox.CONTOSO, "no-token").toString(), Map.of("resource", ARM));
        refused.then().body(json("code", equalTo("no_refresh_token")));

        assertThat(startedWith(refused)).containsEntry("scope", SIGN_IN);
    }

    @Test
    void theLongestResourceThereIs() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.aadsts(65001).onGrant("refresh_token"));
        var refused = Broker.mint(account, Map.of("resource", "api://" + "x".repeat(506)));

        assertThat(startedWith(refused).get("scope")).endsWith("x/.default");
    }

    private static boolean areOfGraph(List<String> scopes) {
        return scopes.stream().allMatch(scope -> !scope.contains(":") || scope.startsWith("https://graph."));
    }

    /** The authorize URL of a start with what was refused, as JSON has it: a null is a null. */
    private static Map<String, String> startedWith(Response refused) {
        var started = start(Broker.alice(), Sandbox.CONTOSO, Json.<Map<String, Object>>at(refused, "reauthorize"));
        return Broker.query(URI.create(at(started.then().statusCode(200).extract(), "authorize_url")));
    }
}
