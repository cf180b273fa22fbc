package io.tokenbroker.provider;

import static io.tokenbroker.support.Json.json;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.SandboxResource;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FusionAuthAwayAtStartTest.Away.class)
class FusionAuthAwayAtStartTest extends LinkingTest {

    private static final FusionAuthFault OUTAGE =
            FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503).on("GET", "/api/identity-provider");

    @Test
    void aBrokerThatStartsFirstWaitsForFusionAuth() {
        sandbox().fusionAuth().fault(OUTAGE);

        for (var answer : List.of(Broker.alice().get("/providers"), Broker.start(Sandbox.CONTOSO))) {
            problem(answer, 503, "fusionauth_unavailable").header("Retry-After", matchesPattern("[1-9][0-9]*"));
        }
        Management.given().get("/q/health/live").then().statusCode(200);
        Management.given().get("/q/health/ready").then().statusCode(503);

        sandbox().fusionAuth().clearFaults();
        // Nobody asks it for anything meanwhile.
        Waiting.until(() -> Management.given().get("/q/health/ready").statusCode() == 200, Duration.ofSeconds(15));
        letTheListGrowOld();
        Broker.alice()
                .get("/providers")
                .then()
                .statusCode(200)
                .body(json("providers[*].name", equalTo(List.of("Adatum", "Contoso", "Fabrikam"))));
        Management.given().get("/q/health/ready").then().statusCode(200);
    }

    /** FusionAuth is away from before the broker starts. */
    public static final class Away implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Outage.class));
        }
    }

    public static final class Outage implements QuarkusTestResourceLifecycleManager {

        @Override
        public Map<String, String> start() {
            SandboxResource.sandbox().fusionAuth().fault(OUTAGE);
            return Map.of();
        }

        @Override
        public void stop() {
            SandboxResource.sandbox().fusionAuth().clearFaults();
        }
    }
}
