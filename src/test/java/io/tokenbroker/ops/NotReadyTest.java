package io.tokenbroker.ops;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.SandboxResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(NotReadyTest.FusionAuthAway.class)
class NotReadyTest extends BrokerTest {

    /** FusionAuth's keys are there, and its API does not listen. */
    public static class FusionAuthAway implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Nowhere.class));
        }
    }

    /** Comes after the sandbox's settings. */
    public static class Nowhere implements QuarkusTestResourceLifecycleManager {

        @Override
        public Map<String, String> start() {
            return Map.of(
                    "broker.fusionauth.url",
                    "http://localhost:1",
                    "broker.fusionauth.jwks-url",
                    SandboxResource.sandbox().fusionAuth().url() + "/.well-known/jwks.json");
        }

        @Override
        public int order() {
            return 1;
        }

        @Override
        public void stop() {
            // There is nothing to stop.
        }
    }

    @Test
    void aBrokerThatWasToldNoProvidersYetIsAliveButNotReady() {
        Management.given().get("/q/health/live").then().statusCode(200);
        Management.given()
                .get("/q/health/ready")
                .then()
                .statusCode(503)
                .body(json("status", equalTo("DOWN")))
                .body(json("checks[?(@.name == 'providers')].status", equalTo("DOWN")));
    }

    @Test
    void whatNeedsFusionAuthSaysThatItIsAway() {
        for (var path : List.of("/providers", "/accounts")) {
            var answer = Broker.alice().get(path);
            ProblemAnswer.of(answer, 503, "fusionauth_unavailable");
            assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
        }
    }
}
