package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.LINK_API;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.OverSandbox;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything that may cost an upstream is counted, against the caller that asks for it and nobody else. */
@QuarkusTest
@TestProfile(RequestRatesTest.Rates.class)
class RequestRatesTest extends BrokerTest {

    private static final int LIMIT = 9;
    private static final Pattern REFUSED_MINTS =
            Pattern.compile("(?m)^broker_mints_total\\{[^}]*outcome=\"rate_limited\"[^}]*} (\\S+)$");
    private static final String UNKNOWN = new AccountId(Sandbox.CONTOSO, "nobody").toString();
    private static final ClientKey LIMITED = ClientKey.of("limited");
    private static final ClientKey BATCHES = ClientKey.of("batches");
    private static final ClientKey OTHER = ClientKey.of("other");

    public static final class Rates extends OverSandbox {

        public Rates() {
            super(settings());
        }

        private static Map<String, String> settings() {
            var settings = LIMITED.settings(
                    Map.of("providers", "*", "resources", "*", "requests-per-minute", String.valueOf(LIMIT)));
            settings.putAll(BATCHES.settings(
                    Map.of("providers", "*", "resources", "*", "requests-per-minute", String.valueOf(LIMIT))));
            settings.putAll(OTHER.settings(Map.of("providers", "*", "resources", "*")));
            settings.put("broker.users.requests-per-minute", String.valueOf(LIMIT));
            return settings;
        }
    }

    private final Map<String, String> start =
            Map.of("provider_id", Sandbox.CONTOSO.toString(), "redirect_uri", Sandbox.CALLBACK);

    @Test
    void aUserHasSoManyRequestsAMinuteWhateverTheyAreFor() {
        List<Function<RequestSpecification, Response>> requests = List.of(
                user -> user.get("/accounts"),
                user -> user.get("/accounts/{id}", UNKNOWN),
                user -> user.delete("/accounts/{id}", UNKNOWN),
                user -> user.get("/providers"),
                user -> user.body(start).post("/authorizations/start"),
                user -> user.body(Map.of("state", "s", "code", "c")).post("/authorizations/complete"),
                user -> user.body(Map.of("pending_link_id", "p")).post("/authorizations/resolve"));
        for (var request : requests) {
            var person = person();
            request.apply(Broker.user(person))
                    .then()
                    .header("RateLimit-Policy", equalTo("\"default\";q=%d;w=60".formatted(LIMIT)))
                    .header("RateLimit", startsWith("\"default\";r=%d;t=".formatted(LIMIT - 1)));

            var refused = refused(() -> request.apply(Broker.user(person)));

            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 7);
            assertThat(Json.<String>at(refused, "detail")).contains("broker.users.requests-per-minute");
            Broker.user(person()).get("/accounts").then().statusCode(200);
        }
    }

    @Test
    void aClientHasOneBudgetForMintsAndForAllThatItReads() {
        var person = person();
        List<Function<RequestSpecification, Response>> requests = List.of(
                client -> client.queryParam("user_id", person).get("/accounts"),
                client -> client.queryParam("user_id", person).get("/accounts/{id}", UNKNOWN),
                client -> client.body(Map.of("account_id", UNKNOWN, "resource", ARM))
                        .post("/policy/explain"),
                client -> client.body(Map.of("resource", ARM)).post("/accounts/{id}/token", UNKNOWN));
        for (var request : requests) {
            // Whatever else the client asks for, this is refused when that has used everything up.
            var _ = refused(() -> requests.getFirst().apply(Broker.bearer(LIMITED.key())));
            var refused = refused(() -> request.apply(Broker.bearer(LIMITED.key())));
            assertThat(Json.<String>at(refused, "detail")).contains("broker.clients.<name>.requests-per-minute");
            assertThat(request.apply(Broker.bearer(OTHER.key())).statusCode()).isNotEqualTo(429);
        }
    }

    @Test
    void aBatchIsAnsweredAsFarAsItsClientsRequestsReachAndTheRestIsRefused() {
        var unknown = Map.of("account_id", UNKNOWN, "resource", ARM);
        var items = Stream.concat(
                        Stream.of(Map.of()), Stream.generate(() -> unknown).limit(LIMIT + 2))
                .toList();
        var batch = Map.of("requests", items);
        var counted = refusedMints();

        var answer = Broker.bearer(BATCHES.key()).body(batch).post("/tokens");

        assertThat(Json.<List<String>>at(answer, "results[*].problem.code"))
                .startsWith("invalid_request", "account_not_found")
                .endsWith("account_not_found", "rate_limited", "rate_limited", "rate_limited")
                .hasSize(LIMIT + 3);
        assertThat(Json.<String>at(answer, "results[%d].problem.detail".formatted(LIMIT)))
                .contains("the next will do in");
        assertThat(refusedMints() - counted).isEqualTo(3);
        ProblemAnswer.of(Broker.bearer(BATCHES.key()).body(batch).post("/tokens"), 429, "rate_limited");
        assertThat(refusedMints() - counted).isEqualTo(3 + LIMIT + 3);
    }

    @Test
    void wrongCredentialsCostNobodyARequest() {
        var person = person();
        for (var i = 0; i < 2 * LIMIT; i++) {
            Broker.bearer("tbk_limited_" + "x".repeat(43))
                    .queryParam("user_id", person)
                    .get("/accounts")
                    .then()
                    .statusCode(401);
            Broker.bearer("e30.e30.e30").get("/accounts").then().statusCode(401);
        }

        Broker.user(person)
                .get("/accounts")
                .then()
                .statusCode(200)
                .header("RateLimit", startsWith("\"default\";r=%d;".formatted(LIMIT - 1)));
    }

    @Test
    void whoIsRefusedHasCostNoUpstreamAnything() {
        var person = person();
        Broker.user(person).get("/accounts").then().statusCode(200);
        var before = linksRead();

        for (var i = 0; i < 5 * LIMIT; i++) {
            Broker.user(person).get("/accounts");
        }

        assertThat(linksRead() - before).isLessThan(2 * LIMIT);
    }

    /** The first refusal of requests that are sent until there is one. */
    private static Response refused(Supplier<Response> request) {
        var refused = Stream.generate(request)
                .limit(3 * LIMIT)
                .filter(answer -> answer.statusCode() == 429)
                .findFirst()
                .orElseThrow();
        ProblemAnswer.of(refused, 429, "rate_limited");
        return refused;
    }

    /** Somebody who has not asked for anything yet. */
    private static UUID person() {
        return sandbox()
                .fusionAuth()
                .addUser(UUID.randomUUID() + "@example.com", "Person")
                .id();
    }

    /** How many mints the metric says were refused for the rate. */
    private static int refusedMints() {
        return REFUSED_MINTS
                .matcher(Management.given().get("/q/metrics").asString())
                .results()
                .mapToInt(line -> (int) Double.parseDouble(line.group(1)))
                .sum();
    }

    private static int linksRead() {
        return sandbox().fusionAuth().count("GET", LINK_API);
    }
}
