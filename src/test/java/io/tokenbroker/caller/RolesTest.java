package io.tokenbroker.caller;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Contract;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may do what at all: the contract's table, over every path and method. */
@QuarkusTest
class RolesTest extends BrokerTest {

    private static final String ACCOUNT = "/accounts/" + new AccountId(Sandbox.CONTOSO, "nobody");

    private static final String WEBHOOKS = "/webhooks/fusionauth";

    /** What there is, and for whom; every other method of these paths is for nobody. */
    private static final Map<String, Map<String, Set<Kind>>> CONTRACT = Map.ofEntries(
            Map.entry("/providers", Map.of("GET", Set.of(Kind.USER))),
            Map.entry("/authorizations/start", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/authorizations/complete", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/authorizations/resolve", Map.of("POST", Set.of(Kind.USER))),
            Map.entry("/accounts", Map.of("GET", Set.of(Kind.USER, Kind.CLIENT))),
            Map.entry(ACCOUNT, Map.of("GET", Set.of(Kind.USER, Kind.CLIENT), "DELETE", Set.of(Kind.USER))),
            Map.entry(ACCOUNT + "/activity", Map.of("GET", Set.of(Kind.USER, Kind.CLIENT))),
            Map.entry(ACCOUNT + "/token", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/tokens", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/policy/explain", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/oauth2/token", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry(ACCOUNT + "/oauth2/token", Map.of("POST", Set.of(Kind.CLIENT))),
            Map.entry("/msi/token", Map.of("GET", Set.of(Kind.CLIENT))),
            Map.entry(ACCOUNT + "/msi/token", Map.of("GET", Set.of(Kind.CLIENT))),
            Map.entry("/azd/token", Map.of("POST", Set.of(Kind.CLIENT))),
            // By FusionAuth's signature, and by no credential of a caller.
            Map.entry(WEBHOOKS, Map.of("POST", Set.of())),
            Map.entry("/.well-known/oauth-authorization-server", Map.of("GET", Set.of(Kind.values()))));

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
            refused(path, answer, 405, "method_not_allowed");
        } else if (may.contains(kind)) {
            assertThat(answer.statusCode()).as(answer.asString()).isIn(200, 400, 404);
            assertThat(answer.asString()).doesNotContain("unauthorized", "forbidden", "invalid_client");
        } else if (kind == Kind.NOBODY || path.equals(WEBHOOKS)) {
            refused(path, answer, 401, "unauthorized");
        } else {
            refused(path, answer, 403, "forbidden");
        }
    }

    /** A user without a word on whose accounts are meant sees their own; a client means everyone's. */
    @Test
    void allUsersAccountsAreForAClientThatMayListThem() {
        var user = sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);

        listed(user).then().statusCode(200).body(json("$", not(hasKey("next"))));
        ProblemAnswer.of(listed(Sandbox.DEMO_KEY), 403, "forbidden");
        listed(Sandbox.OPERATOR_KEY).then().statusCode(200).body(json("$", hasKey("next")));
        ProblemAnswer.of(listed("tbk_operator_" + "x".repeat(43)), 401, "unauthorized");
    }

    private static Response listed(String credential) {
        return given().header("Authorization", "Bearer " + credential).get("/accounts");
    }

    @Test
    void noPathIsLeftOut() {
        var paths = Contract.document().path("paths").properties().stream()
                .map(path -> path.getKey().replace("/accounts/{id}", ACCOUNT))
                .toList();

        assertThat(CONTRACT.keySet()).containsExactlyInAnyOrderElementsOf(paths);
    }

    /** In the form of the door. */
    private static void refused(String path, Response answer, int status, String code) {
        if (path.equals("/azd/token") && status != 405) {
            answer.then().statusCode(200).body(json("message", containsString("(" + code + ", ")));
        } else if (path.endsWith("/oauth2/token")) {
            answer.then().statusCode(status == 403 ? 401 : status).body(json("broker_code", equalTo(code)));
        } else if (path.endsWith("/msi/token")) {
            answer.then().statusCode(status).body(json("error", equalTo(code)));
        } else if (path.equals("/azd/token")) {
            answer.then().statusCode(status);
        } else {
            ProblemAnswer.of(answer, status, code);
        }
        if (status == 401 && !path.equals("/azd/token")) {
            assertThat(answer.header("WWW-Authenticate"))
                    .isEqualTo("Bearer realm=\"token-broker\", Basic realm=\"token-broker\"");
        }
    }

    private static Response call(Kind kind, String method, String path, String body) {
        var request = given().contentType(
                        path.endsWith("/oauth2/token") ? "application/x-www-form-urlencoded" : "application/json");
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
