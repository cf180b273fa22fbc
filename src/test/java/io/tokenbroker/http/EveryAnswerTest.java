package io.tokenbroker.http;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class EveryAnswerTest extends BrokerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "5f0c6a52-e1d0-4b0c-8b0a-0a1b2c3d4e5f",
                "req_1.2:3-4",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00"
            })
    void aSaneRequestIdIsEchoed(String id) {
        given().header("X-Request-Id", id)
                .get("/accounts")
                .then()
                .statusCode(401)
                .header("X-Request-Id", id)
                .body(json("request_id", equalTo(id)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "two words",
                "\"quoted\"",
                "<script>",
                "a,b",
                "a%0d%0ab",
                "a\tb",
                "ümlaut",
                "${jndi:ldap://x}",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void aHostileRequestIdIsReplaced(String id) {
        var answer = given().header("X-Request-Id", id).get("/accounts");

        assertThat(UUID.fromString(answer.header("X-Request-Id"))).isNotNull();
        assertThat(Json.<String>at(answer, "request_id")).isEqualTo(answer.header("X-Request-Id"));
    }

    @Test
    void eachRequestHasAnIdOfItsOwn() {
        var one = given().get("/accounts").header("X-Request-Id");
        var other = given().get("/accounts").header("X-Request-Id");

        assertThat(one).isNotEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts", "/providers", "/accounts/x", "/nothing"})
    void nothingIsToBeStored(String path) {
        assertNotToBeStored(Broker.alice().get(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/openapi", "/q/metrics", "/q/nothing"})
    void nothingOfTheManagementPortIsToBeStored(String path) {
        assertNotToBeStored(Management.given().get(path));
    }

    private static void assertNotToBeStored(Response answer) {
        assertThat(answer.headers().getValues("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers().getValues("Pragma")).containsExactly("no-cache");
        assertThat(answer.headers().getValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(answer.headers().getValues("X-Request-Id")).hasSize(1);
    }
}
