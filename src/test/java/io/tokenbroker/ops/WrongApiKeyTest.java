package io.tokenbroker.ops;

import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.OverSandbox;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A mistake in the settings that only FusionAuth can tell. */
@QuarkusTest
@TestProfile(WrongApiKeyTest.WrongKey.class)
class WrongApiKeyTest extends BrokerTest {

    public static final class WrongKey extends OverSandbox {

        public WrongKey() {
            super(Map.of("broker.fusionauth.api-key", "none-of-fusionauths"));
        }
    }

    @Test
    void everyRefusalNamesTheSetting() {
        var account = new AccountId(Sandbox.CONTOSO, "somebody").toString();

        for (var answer : List.of(Broker.alice().get("/providers"), Minting.mint(account, Minting.ARM))) {
            answer.then()
                    .statusCode(502)
                    .body(json("code", equalTo("upstream_error")))
                    .body(json("detail", containsString("broker.fusionauth.api-key")));
        }
    }

    @Test
    void readinessNamesItToo() {
        Broker.alice().get("/providers");

        Management.given()
                .get("/q/health/ready")
                .then()
                .statusCode(503)
                .body(json(
                        "checks[?(@.name == 'providers')].data['last attempt failed']",
                        containsString("broker.fusionauth.api-key")));
    }
}
