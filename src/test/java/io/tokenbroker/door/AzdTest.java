package io.tokenbroker.door;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.DoorSettings.ARM;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** azd's external authentication: whatever happens is told in an answer that azd reads. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class AzdTest extends BrokerTest {

    private static final String PATH = "/azd/token?api-version=2023-07-12-preview";
    private static final String GET_TOKEN = "GetTokenError";
    private static final String NOT_SIGNED_IN = "NotSignedInError";

    @BeforeEach
    void link() {
        Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void azdGetsATokenOfTheAccountThatTheKeysSettingNames() {
        var answer = ask(DoorSettings.AZD, ARM + "//.default");

        answer.then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body(json("status", equalTo("success")));
        assertThat(Json.<Map<String, Object>>at(answer, "$")).containsOnlyKeys("status", "token", "expiresOn");
        var token = sandbox().entra().introspect(at(answer, "token"));
        assertThat(token.user()).isEqualTo(BLAKE);
        assertThat(Instant.parse(at(answer, "expiresOn"))).isCloseTo(token.expires(), within(2, ChronoUnit.SECONDS));
        assertThat(String.valueOf(refreshRequests().getLast().form().get("scope")))
                .contains(ARM + "//.default");
    }

    @Test
    void theSecondTokenIsTheFirst() {
        String first = at(ask(DoorSettings.AZD, ARM + "/.default"), "token");

        ask(DoorSettings.AZD, ARM + "/.default").then().body(json("token", equalTo(first)));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void theAccountsOwnTenantIsAccepted() {
        for (var tenant : List.of(Tenant.CONTOSO.id(), Tenant.CONTOSO.id().toUpperCase(Locale.ROOT), "")) {
            send(DoorSettings.AZD, Map.of("scopes", List.of(ARM + "/.default"), "tenantId", tenant))
                    .then()
                    .body(json("status", equalTo("success")));
        }
    }

    @Test
    void anotherTenantIsRefused() {
        for (var tenant : List.of(Tenant.FABRIKAM.id(), "organizations", "v2.0x")) {
            var answer = send(DoorSettings.AZD, Map.of("scopes", List.of(ARM + "/.default"), "tenantId", tenant));

            assertThat(refused(answer, GET_TOKEN)).contains("tenant", "(invalid_target, ");
        }
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void whatANewerAzdAddsIsTolerated() {
        send(DoorSettings.AZD, Map.of("scopes", List.of(ARM + "/.default"), "enableCae", true))
                .then()
                .body(json("status", equalTo("success")));
    }

    @Test
    void aKeyWithoutAnAccountSaysWhichSettingIsMissing() {
        assertThat(refused(ask(Sandbox.DEMO_KEY, ARM + "/.default"), NOT_SIGNED_IN))
                .contains("broker.clients.demo.azd-account", "(account_not_found, ");
    }

    @Test
    void anAccountThatIsNotLinkedAnyMoreIsNotSignedIn() {
        assertThat(refused(ask(DoorSettings.UNLINKED, ARM + "/.default"), NOT_SIGNED_IN))
                .contains("(account_not_found, ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer tbk_x", "Basic x", "Bearer x.y.z"})
    void aStrangerIsToldSoInAnAnswerThatAzdReads(String authorization) {
        var request = given().contentType("application/json").body("{}");
        var answer = authorization.isEmpty()
                ? request.post(PATH)
                : request.header("Authorization", authorization).post(PATH);

        assertThat(refused(answer, GET_TOKEN)).contains("broker key", "(unauthorized, ");
        assertThat(answer.header("WWW-Authenticate")).isNull();
    }

    @Test
    void aUserGetsNoTokenHereEither() {
        var token = sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);

        assertThat(refused(ask(token, ARM + "/.default"), GET_TOKEN)).contains("(forbidden, ");
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void aPolicyHoldsHereToo() {
        Broker.link(Sandbox.FABRIKAM, CASEY);

        ask(DoorSettings.NARROW, ARM + "/.default").then().body(json("status", equalTo("success")));
        assertThat(refused(ask(DoorSettings.NARROW, GRAPH + "/.default"), GET_TOKEN))
                .contains("broker.clients.<name>.resources", "(forbidden, ");
        assertThat(refused(ask(DoorSettings.ELSEWHERE, ARM + "/.default"), GET_TOKEN))
                .contains("broker.clients.<name>.providers", "(forbidden, ");
    }

    @Test
    void aPersonWhoMustActIsNotSignedIn() {
        assertThat(refused(ask(DoorSettings.AZD, "https://vault.azure.net/.default"), NOT_SIGNED_IN))
                .contains("(consent_required, ");
        sandbox().entra().directory().revokeSessions(BLAKE);
        assertThat(refused(ask(DoorSettings.AZD, ARM + "/.default"), NOT_SIGNED_IN))
                .contains("must authorize the account again", "(reauthorization_required, ");
    }

    @Test
    void aTenantThatIsAwayOrThrottlesIsNobodysSignIn() {
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofSeconds(40)).times(1));

        assertThat(refused(ask(DoorSettings.AZD, ARM + "/.default"), GET_TOKEN))
                .contains("throttling", "(provider_unavailable, ");
    }

    @Test
    void whoAsksTooOftenIsToldSo() {
        // Minutes pass between the tests of one broker, but not on the clock.
        TestTime.advance(Duration.ofHours(1));
        ask(DoorSettings.AZD_LIMITED, ARM + "/.default");
        ask(DoorSettings.AZD_LIMITED, ARM + "/.default");

        assertThat(refused(ask(DoorSettings.AZD_LIMITED, ARM + "/.default"), GET_TOKEN))
                .matches(".* in \\d+ seconds.*\\(rate_limited, .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{}",
                "{\"scopes\":null}",
                "{\"scopes\":[]}",
                "{\"scopes\":\"" + ARM + "/.default\"}",
                "{\"scopes\":[\"a b\"]}",
                "{\"scopes\":[\"" + ARM + "/.default\"],\"tenantId\":7}"
            })
    void aBodyThatCannotBeMeantIsRefused(String body) {
        var answer = given().header("Authorization", "Bearer " + DoorSettings.AZD)
                .contentType("application/json")
                .body(body)
                .post(PATH);

        assertThat(refused(answer, GET_TOKEN)).contains("(invalid_request, ");
    }

    @Test
    void whatHttpItselfRefusesIsReadableToo() {
        var client = "Bearer " + DoorSettings.AZD;

        assertThat(refused(
                        given().header("Authorization", client)
                                .contentType("text/plain")
                                .body("{}")
                                .post(PATH),
                        GET_TOKEN))
                .contains("(unsupported_media_type, ");
        assertThat(refused(
                        given().header("Authorization", client)
                                .contentType("application/json")
                                .body("x".repeat(70_000))
                                .post(PATH),
                        GET_TOKEN))
                .contains("(content_too_large, ");
        assertThat(refused(
                        given().header("Authorization", client)
                                .contentType("application/json")
                                .body("{\"scopes\":[\"a\"]}")
                                .post("/azd/token"),
                        GET_TOKEN))
                .contains("'api-version' must be 2023-07-12-preview");
        assertThat(refused(given().post("/elsewhere/azd/token"), GET_TOKEN)).contains("(not_found, ");
        given().get("/azd/token").then().statusCode(405).header("Allow", "OPTIONS, POST");
    }

    private static Response ask(String key, String scope) {
        return send(key, Map.of("scopes", List.of(scope)));
    }

    private static Response send(String key, Map<String, ?> body) {
        return Broker.bearer(key).body(body).post(PATH);
    }

    /** Fails unless azd can read it as a refusal with this code; gives its message. */
    private static String refused(Response answer, String code) {
        answer.then()
                .statusCode(200)
                .contentType("application/json")
                .body(json("status", equalTo("error")))
                .body(json("code", equalTo(code)));
        assertThat(Json.<Map<String, Object>>at(answer, "$")).containsOnlyKeys("status", "code", "message");
        String message = at(answer, "message");
        assertThat(message).endsWith(", request " + answer.header("X-Request-Id") + ")");
        return message;
    }
}
