package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class MintTargetTest extends BrokerTest {

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void aResourceMeansItsDefaultScope() {
        mint(account, ARM).then().statusCode(200);

        assertThat(scopeSent()).contains(ARM + "/.default");
    }

    @Test
    void aResourceThatEndsInASlashGetsTwo() {
        var answer = mint(account, ARM + "/");

        assertThat(scopeSent()).contains(ARM + "//.default");
        assertThat(introspect(answer).audience()).isEqualTo(ARM + "/");
    }

    @Test
    void anAudienceIsNeverAnsweredWithTheTokenOfAnother() {
        mint(account, ARM);

        mint(account, ARM + "/").then().body(json("source", equalTo("refresh")));
        mint(account, GRAPH).then().body(json("source", equalTo("refresh")));
        assertThat(introspect(mint(account, ARM)).audience()).isEqualTo(ARM);
    }

    @Test
    void scopesAreAskedForAsTheyAre() {
        var answer = scopes(ARM + "/user_impersonation");

        answer.then().statusCode(200);
        assertThat(introspect(answer).audience()).isEqualTo(ARM);
        assertThat(scopeSent()).contains(ARM + "/user_impersonation").doesNotContain(ARM + "/.default");
    }

    @Test
    void orderRepetitionAndOpenIdScopesMakeNoOtherToken() {
        sandbox().entra().consents().grant(BLAKE, GRAPH, "Mail.Read");
        scopes("User.Read", "Mail.Read").then().body(json("source", equalTo("refresh")));

        scopes("Mail.Read", "User.Read", "Mail.Read").then().body(json("source", equalTo("cache")));
        scopes("openid", "Mail.Read", "profile", "email", "offline_access", "User.Read")
                .then()
                .body(json("source", equalTo("cache")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void bareScopesAreGraphs() {
        assertThat(introspect(scopes("User.Read")).audience()).isEqualTo(GRAPH);
    }

    @Test
    void openIdScopesAloneAreGraphs() {
        assertThat(introspect(scopes("openid", "offline_access")).audience()).isEqualTo(GRAPH);
    }

    @Test
    void nothingIsGraphsDefaultAtEntra() {
        Broker.mint(account, Map.of()).then().statusCode(200);

        assertThat(scopeSent()).contains(GRAPH + "/.default");
        mint(account, GRAPH).then().body(json("source", equalTo("cache")));
    }

    @Test
    void scopesOfTwoResourcesAreRefusedWithoutAskingTheTenant() {
        refused(scopes("User.Read", ARM + "/user_impersonation"));
        refused(scopes(GRAPH + "/User.Read", "api://orders/orders.read"));
        refused(scopes("797f4846-ba00-4fd7-ba43-dac1f8f63013/user_impersonation", "User.Read"));
    }

    @Test
    void aDefaultScopeBesideAnotherIsRefusedWithoutAskingTheTenant() {
        refused(scopes(ARM + "/.default", ARM + "/user_impersonation"));
        refused(scopes(".default", "User.Read"));
    }

    @Test
    void aResourceTogetherWithScopesIsRefused() {
        Broker.mint(account, Map.of("resource", ARM, "scopes", List.of("User.Read")))
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_request")))
                .body(json("errors[*].field", hasItem("scopes")));
    }

    @Test
    void aResourceThatTheTenantDoesNotKnowIsAnInvalidTarget() {
        mint(account, "https://nowhere.example")
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_target")))
                .body(json("upstream.error", equalTo("invalid_resource")))
                .body(json("upstream.error_codes", equalTo(List.of(500011))));
    }

    @Test
    void aScopeThatTheResourceDoesNotKnowIsAnInvalidScope() {
        scopes(GRAPH + "/No.Such.Scope")
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_scope")))
                .body(json("upstream.error_codes", equalTo(List.of(70011))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"resource\":\"\"}",
                "{\"resource\":\"two words\"}",
                "{\"resource\":\"https://a\\u0000b\"}",
                "{\"scopes\":[]}",
                "{\"scopes\":[\"\"]}",
                "{\"scopes\":[null]}",
                "{\"scopes\":[\"User.Read Mail.Read\"]}",
                "{\"min_validity\":-1}",
                "{\"min_validity\":86401}",
                "{\"min_validity\":\"300\"}",
                "{\"min_validity\":1.5}",
                "{\"force_refresh\":\"yes\"}",
                "{\"claims\":\"\"}",
                "{\"claims\":\"[]\"}",
                "{\"claims\":{}}",
                "{\"audience\":\"https://management.azure.com\"}"
            })
    void whatCannotBeMeantIsRefusedWithTheFieldsName(String body) {
        var field = body.substring(2, body.indexOf('"', 2));

        var answer = Broker.client().body(body).post("/accounts/{id}/token", account);

        answer.then().statusCode(400).body(json("code", equalTo("invalid_request")));
        assertThat(answer.jsonPath().getList("errors.field", String.class))
                .singleElement()
                .asString()
                .startsWith(field);
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void aScopeInPlaceOfAResourceIsNamed() {
        Broker.mint(account, Map.of("resource", ARM + "/.default"))
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_request")))
                .body(json("errors[0].field", equalTo("resource")));
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    private Response scopes(String... scopes) {
        return Broker.mint(account, Map.of("scopes", List.of(scopes)));
    }

    private static List<String> scopeSent() {
        var scope = refreshRequests().getLast().form().getOrDefault("scope", "");
        return List.of(scope.split(" ", -1));
    }

    private static void refused(Response answer) {
        answer.then().statusCode(400).body(json("code", equalTo("invalid_scope")));
        assertThat(sandbox().entra().refreshes()).isZero();
    }
}
