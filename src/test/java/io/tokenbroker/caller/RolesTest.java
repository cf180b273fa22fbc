package io.tokenbroker.caller;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may do what at all: the contract's table, over every path and method. */
@QuarkusTest
class RolesTest extends BrokerTest {

    private static final String ACCOUNT = "/accounts/" + new AccountId(Sandbox.CONTOSO, "nobody");

    /** What there is, and for whom; every other method of these paths is for nobody. */
    private static final Map<String, Map<String, Set<Kind>>> CONTRACT = Map.ofEntries(
            Map.entry("/providers", Map.of("GET", Set.of(Kind.USER))),
            Map.entry("/authorizations/start", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/authorizations/complete", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/authorizations/resolve", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/accounts", Map.of("GET", Set.of(Kind.USER, Kind.CLIENT))),
            Map.entry(ACCOUNT, Map.of("GET", Set.of(Kind.USER, Kind.CLIENT), "DELETE", Set.of(Kind.USER))),
            Map.entry(ACCOUNT + "/token", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/tokens", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/policy/explain", Map.of("POST", Set.of(Kind.CLIENT))));

    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");

    enum Kind {
        USER,
        CLIENT,
        NOBODY
    }

    static Stream<Arguments> everything() {
        return CONTRACT.keySet().stream()
                .sorted()
                .flatMap(path -> METHODS.stream()
                        .flatMap(method -> Stream.of(Kind.values()).map(kind -> Arguments.of(kind, method, path))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("everything")
    void everyCallerMayWhatTheContractSaysAndNothingElse(Kind kind, String method, String path) {
        var may = CONTRACT.getOrDefault(path, Map.of()).get(method);
        // What nobody may see is refused before its body is read.
        var answer = call(kind, method, path, may != null && may.contains(kind) ? "{}" : "{");

        if (may == null) {
            ProblemAnswer.of(answer, 405, "method_not_allowed");
        } else if (kind == Kind.NOBODY) {
            ProblemAnswer.of(answer, 401, "unauthorized");
            assertThat(answer.header("WWW-Authenticate"))
                    .isEqualTo("Bearer realm=\"token-broker\", Basic realm=\"token-broker\"");
        } else if (may.contains(kind)) {
            assertThat(answer.statusCode()).as(answer.asString()).isIn(200, 400, 404);
        } else {
            ProblemAnswer.of(answer, 403, "forbidden");
        }
    }

    private static Response call(Kind kind, String method, String path, String body) {
        var request = given().contentType("application/json");
        switch (kind) {
            case USER ->
                request.header(
                        "Authorization", "Bearer " + sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID));
            case CLIENT ->
                request.header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                        .queryParam("user_id", FusionAuthStandIn.ALICE_ID);
            case NOBODY -> {}
        }
        return (method.equals("GET") ? request : request.body(body)).request(method, path);
    }
}
