package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that may cost an upstream is counted, against the caller that asks for it and nobody else. */
@QuarkusTest
@TestProfile(RequestRatesTest.Rates.class)
class RequestRatesTest extends BrokerTest {

    private static final int LIMIT = 9;
    private static final ClientKey LIMITED = ClientKey.of("limited");
    private static final ClientKey OTHER = ClientKey.of("other");

    public static class Rates implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            var settings = LIMITED.settings(
                    Map.of("providers", "*", "resources", "*", "requests-per-minute", String.valueOf(LIMIT)));
            settings.putAll(OTHER.settings(Map.of("providers", "*", "resources", "*")));
            return settings;
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(UserLimit.class));
        }
    }

    /** Over what {@code SandboxResource} sets. */
    public static class UserLimit implements QuarkusTestResourceLifecycleManager {

        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            return Map.of("broker.users.requests-per-minute", String.valueOf(LIMIT));
        }

        @Override
        public void stop() {
            // Nothing runs.
        }
    }

    private UUID person = UUID.randomUUID();
    private String account = "";

    /** Of a person whom no test has asked for yet. */
    @BeforeEach
    void link() {
        person = sandbox()
                .fusionAuth()
                .addUser(UUID.randomUUID() + "@example.com", "Person")
                .id();
        account = new AccountId(Sandbox.CONTOSO, "of-" + person).toString();
        sandbox().fusionAuth().addLink(person, Sandbox.CONTOSO, "of-" + person, "n", null);
    }

    @Test
    void aUserHasSoManyRequestsAMinuteWhateverTheyAreFor() {
        var started = Map.of("provider_id", Sandbox.CONTOSO.toString(), "redirect_uri", Sandbox.CALLBACK);
        List<Supplier<Response>> requests = List.of(
                () -> user().get("/accounts"),
                () -> user().get("/accounts/{id}", account),
                () -> user().get("/providers"),
                () -> user().body(started).post("/authorizations/start"),
                () -> user().body(Map.of("state", "s", "code", "c")).post("/authorizations/complete"),
                () -> user().body(Map.of("pending_link_id", "p")).post("/authorizations/resolve"),
                () -> user().delete("/accounts/{id}", new AccountId(Sandbox.CONTOSO, "nobody").toString()));
        for (var i = 0; i < requests.size(); i++) {
            requests.get(i)
                    .get()
                    .then()
                    .header("RateLimit-Policy", equalTo("\"default\";q=%d;w=60".formatted(LIMIT)))
                    .header("RateLimit", startsWith("\"default\";r=%d;t=".formatted(LIMIT - 1 - i)));
        }
        user().get("/accounts").then().statusCode(200);
        user().get("/accounts").then().statusCode(200);

        for (var request : requests) {
            var refused = request.get();
            ProblemAnswer.of(refused, 429, "rate_limited");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 7);
        }
        Broker.user(FusionAuthStandIn.ZOE_ID).get("/accounts").then().statusCode(200);
    }

    @Test
    void aClientHasOneBudgetForMintsAndForAllThatItReads() {
        var wanted = Map.of("account_id", account, "resource", ARM);
        List<Function<ClientKey, Response>> requests = List.of(
                client -> Broker.bearer(client.key())
                        .queryParam("user_id", person)
                        .get("/accounts"),
                client -> Broker.bearer(client.key())
                        .queryParam("user_id", person)
                        .get("/accounts/{id}", account),
                client -> Broker.bearer(client.key()).body(wanted).post("/policy/explain"),
                client -> Broker.bearer(client.key())
                        .body(Map.of("resource", ARM))
                        .post("/accounts/{id}/token", account));
        for (var i = 0; i < LIMIT; i++) {
            requests.get(i % requests.size())
                    .apply(LIMITED)
                    .then()
                    .header("RateLimit", startsWith("\"default\";r=%d;t=".formatted(LIMIT - 1 - i)));
        }

        for (var request : requests) {
            var refused = request.apply(LIMITED);
            ProblemAnswer.of(refused, 429, "rate_limited");
            assertThat(refused.<String>path("detail")).contains("broker.clients.<name>.requests-per-minute");
            assertThat(request.apply(OTHER).statusCode()).isNotEqualTo(429);
        }
    }

    @Test
    void wrongCredentialsCostNobodyARequest() {
        for (var i = 0; i < 2 * LIMIT; i++) {
            var wrong = "tbk_other_" + "x".repeat(43);
            Broker.bearer(wrong)
                    .queryParam("user_id", person)
                    .get("/accounts")
                    .then()
                    .statusCode(401);
            Broker.bearer("e30.e30.e30").get("/accounts").then().statusCode(401);
        }

        user().get("/accounts")
                .then()
                .statusCode(200)
                .header("RateLimit", startsWith("\"default\";r=%d;".formatted(LIMIT - 1)));
    }

    @Test
    void whoIsRefusedHasCostNoUpstreamAnything() {
        for (var i = 0; i < LIMIT; i++) {
            user().get("/accounts").then().statusCode(200);
        }
        var before = sandbox().fusionAuth().counts();

        user().get("/accounts").then().statusCode(429);

        assertThat(sandbox().fusionAuth().counts()).isEqualTo(before);
    }

    private RequestSpecification user() {
        return Broker.user(person);
    }
}
