package io.tokenbroker.ops;

import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.ops.ProvidersReady.UsersReadable;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.HashMap;
import org.eclipse.microprofile.health.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An API key from before the broker read users. */
@QuarkusTest
class UsersUnreadableTest extends BrokerTest {

    @AfterEach
    void mayReadUsersAgain() {
        mayReadUsers(true);
        look();
    }

    @Test
    void readinessSaysWhatTheKeyMayNot() {
        mayReadUsers(false);
        look();

        Management.given()
                .get("/q/health/ready")
                .then()
                .statusCode(503)
                .body(json(
                        "checks[?(@.name == 'users')].data.refused",
                        allOf(
                                containsString("GET on /api/user"),
                                containsString("broker.accounts.require-active-user=false"))));
    }

    @Test
    void aMintSaysItTooAndGivesNothing() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        mayReadUsers(false);
        TestTime.advance(Duration.ofSeconds(31));

        Minting.mint(account, Minting.ARM).then().statusCode(502).body(json("code", equalTo("upstream_error")));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE_503", "PROXY_200", "PROXY_401", "PROXY_404"})
    void whatIsNotFusionAuthsWordChangesNothing(FusionAuthFault.Kind answer) {
        look();
        sandbox().fusionAuth().fault(FusionAuthFault.of(answer));
        look();
        theCheckIs("UP");

        sandbox().fusionAuth().clearFaults();
        mayReadUsers(false);
        look();
        sandbox().fusionAuth().fault(FusionAuthFault.of(answer));
        look();
        theCheckIs("DOWN");
        sandbox().fusionAuth().clearFaults();
    }

    @Test
    void aKeyThatMayAgainIsNoticedWithinSeconds() {
        mayReadUsers(false);
        look();

        mayReadUsers(true);

        Waiting.until(() -> Management.given().get("/q/health/ready").statusCode() == 200, Duration.ofSeconds(15));
    }

    private static void theCheckIs(String status) {
        Management.given()
                .get("/q/health/ready")
                .then()
                .body(json("checks[?(@.name == 'users')].status", equalTo(status)));
    }

    /** As every half minute. */
    private static void look() {
        Arc.container()
                .instance(UsersReadable.class, Readiness.Literal.INSTANCE)
                .get()
                .ask();
    }

    private static void mayReadUsers(boolean may) {
        var permissions = new HashMap<>(FusionAuthStandIn.BROKER_PERMISSIONS);
        if (!may) {
            permissions.remove("/api/user");
        }
        sandbox().fusionAuth().addApiKey(new ApiKey(FusionAuthStandIn.BROKER_API_KEY, null, permissions));
    }
}
