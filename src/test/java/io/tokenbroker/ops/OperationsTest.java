package io.tokenbroker.ops;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.http.RawHttp;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class OperationsTest extends BrokerTest {

    @Test
    void theProcessIsAlive() {
        Management.given().get("/q/health/live").then().statusCode(200).body(json("status", equalTo("UP")));
    }

    @Test
    void readinessReportsTheProvidersAndWhyOneIsLeftOut() {
        Broker.alice().get("/providers").then().statusCode(200);

        var report =
                Management.given().get("/q/health/ready").then().statusCode(200).body(json("status", equalTo("UP")));
        report.body(json("checks[*].name", hasItem("providers")));
        var data = Json.<Map<String, Object>>at(report.extract(), "checks[?(@.name == 'providers')].data");
        assertThat(data.get("usable")).isEqualTo("Adatum, Contoso, Fabrikam");
        assertThat(String.valueOf(data.get("left out: " + Sandbox.EVERYONE))).contains("/common");
        assertThat(data).containsKeys("read_at", "note");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q",
                "/q/",
                "/q/health",
                "/q/health/live",
                "/q/health/ready",
                "/q/health/started",
                "/q/health/group",
                "/q/metrics",
                "/q/openapi",
                "/q/info",
                "//q/metrics",
                "/q/./metrics",
                "/%71/metrics",
                "/accounts/../q/metrics"
            })
    void thePortOfTheApiTellsStrangersNothingOfTheBroker(String path) {
        var answer = RawHttp.send("GET " + path, "", "");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("not_found").doesNotContain("UP", "openapi: 3", "jvm_");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/providers",
                "/accounts",
                "/accounts/acc_x",
                "/oauth2/token",
                "/policy/explain",
                "/webhooks/fusionauth",
                "/.well-known/oauth-authorization-server"
            })
    void theManagementPortHasNothingOfTheApi(String path) {
        Management.given()
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .get(path)
                .then()
                .statusCode(404);
    }

    @Test
    void metricsCountRequestsAndTellNoSecret() {
        Broker.alice().get("/accounts").then().statusCode(200);
        Broker.mint("acc_x", Map.of()).then().statusCode(404);
        var token = sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);
        given().header("Authorization", "Bearer " + token)
                .get("/accounts/" + token)
                .then()
                .statusCode(404);

        var metrics = Management.given()
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString();

        assertThat(metrics).contains("http_server_requests_seconds_count", "uri=\"/accounts/{id}/token\"");
        assertThat(metrics).doesNotContain(Sandbox.DEMO_KEY, FusionAuthStandIn.BROKER_API_KEY, token, "acc_x");
    }
}
