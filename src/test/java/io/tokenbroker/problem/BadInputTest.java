package io.tokenbroker.problem;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that HTTP has nothing against and the contract has: each is a 4xx in its shape that says what is wrong. */
@QuarkusTest
class BadInputTest extends BrokerTest {

    private static final String NOBODYS = new AccountId(Sandbox.CONTOSO, "nobody").toString();
    private static final String START = "/authorizations/start";
    private static final String COMPLETE = "/authorizations/complete";
    private static final String RESOLVE = "/authorizations/resolve";
    private static final String TOKEN = "/accounts/" + NOBODYS + "/token";
    private static final List<String> WITH_BODY = List.of(START, COMPLETE, RESOLVE, TOKEN);
    private static final String PROVIDER = Sandbox.CONTOSO.toString();

    /** Bodies that no endpoint understands, whatever its fields. */
    private static final Map<String, String> NOT_UNDERSTOOD = new TreeMap<>(Map.ofEntries(
            Map.entry("broken off", "{"),
            Map.entry("broken off in a string", "{\"state\":\"a"),
            Map.entry("no JSON", "state=a&code=b"),
            Map.entry("single quotes", "{'state':'a'}"),
            Map.entry("a comment", "{/* none */}"),
            Map.entry("a comma too many", "{\"claims\":\"{}\",}"),
            Map.entry("an array", "[]"),
            Map.entry("an array of one", "[{}]"),
            Map.entry("text", "\"state\""),
            Map.entry("empty text", "\"\""),
            Map.entry("a number", "7"),
            Map.entry("true", "true"),
            Map.entry("NaN", "NaN"),
            Map.entry("something after it", "{} x"),
            Map.entry("two objects", "{}{}"),
            Map.entry("a control character", "{\"claims\":\"a\u0001b\"}"),
            Map.entry("a bad escape", "{\"claims\":\"\\x\"}"),
            Map.entry("ten thousand arrays", "[".repeat(10_000)),
            Map.entry("five thousand objects", "{\"a\":".repeat(5_000)),
            Map.entry("an unknown field with a deep value", "{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}")));

    static Stream<Arguments> notUnderstood() {
        return WITH_BODY.stream()
                .flatMap(path -> NOT_UNDERSTOOD.entrySet().stream()
                        .map(body -> Arguments.of(name(path), body.getKey(), path, body.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("notUnderstood")
    void aBodyThatIsNotOneJsonObjectIsRefused(String endpoint, String what, String path, String body) {
        refused(path, body, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {START, COMPLETE, RESOLVE})
    void aBodyIsRequiredWhereFieldsAre(String path) {
        refused(path, "null", "invalid_request");
        refused(path, "   ", "invalid_request");
        ProblemAnswer.of(caller(path).post(path), 400, "invalid_request");
    }

    static Stream<Arguments> wrongFields() {
        return Stream.of(
                // unknown, in another case, or another endpoint's
                wrong(START, "{\"provider_id\":\"p\",\"redirect_uri\":\"r\",\"colour\":1}", "colour"),
                wrong(START, start("\"providerId\":\"p\""), "providerId"),
                wrong(START, start("\"PROVIDER_ID\":\"p\""), "PROVIDER_ID"),
                wrong(START, start("\"state\":\"p\""), "state"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":\"c\",\"session_state\":\"x\"}", "session_state"),
                wrong(RESOLVE, "{\"pending_link_id\":\"p\",\"user_id\":\"u\"}", "user_id"),
                wrong(TOKEN, "{\"account_id\":\"a\"}", "account_id"),
                wrong(TOKEN, "{\"scope\":\"a\"}", "scope"),
                wrong(TOKEN, "{\"\":1}", ""),
                // unknown and missing
                wrong(START, "{\"providerId\":\"p\",\"redirect_uri\":\"r\"}", "providerId", "provider_id"),
                wrong(START, "{\"redirectUri\":\"r\",\"provider\":\"p\"}", "redirectUri", "provider", "provider_id"),
                wrong(COMPLETE, "{\"State\":\"s\",\"code\":\"c\"}", "State", "state"),
                wrong(RESOLVE, "{\"pendingLinkId\":\"p\"}", "pendingLinkId", "pending_link_id"),
                wrong(TOKEN, "{\"minValidity\":7,\"resource\":\"a b\"}", "minValidity", "resource"),
                wrong("/policy/explain", "{\"accountId\":\"a\"}", "accountId", "account_id"),
                wrong(
                        TOKEN,
                        "{" + many(20) + "}",
                        many(10).replaceAll(":1|\"", "").split(",", -1)),
                wrong(TOKEN, "{\"<script>\":1}", "?script?"),
                wrong(TOKEN, "{\"" + "a".repeat(5_000) + "\":1}", "a".repeat(64)),
                wrong(TOKEN, "{\"__proto__\":{}}", "__proto__"),
                wrong(TOKEN, "{\"@type\":\"java.lang.Object\"}", "?type"),
                // missing or empty
                wrong(START, "{}", "provider_id"),
                wrong(START, "{\"provider_id\":null,\"redirect_uri\":\"r\"}", "provider_id"),
                wrong(START, "{\"provider_id\":\"\",\"redirect_uri\":\"r\"}", "provider_id"),
                wrong(START, "{\"provider_id\":\"p\"}", "redirect_uri"),
                wrong(START, "{\"provider_id\":\"p\",\"redirect_uri\":\" \"}", "redirect_uri"),
                wrong(COMPLETE, "{}", "state"),
                wrong(COMPLETE, "{\"code\":\"c\"}", "state"),
                wrong(COMPLETE, "{\"state\":\"s\"}", "code"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":\"c\",\"error\":\"e\"}", "code"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":\"\"}", "code"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":\"" + "c".repeat(8_193) + "\"}", "code"),
                wrong(COMPLETE, "{\"state\":\"s\",\"error\":\" \"}", "error"),
                wrong(RESOLVE, "{}", "pending_link_id"),
                wrong(RESOLVE, "{\"pending_link_id\":null}", "pending_link_id"),
                wrong(RESOLVE, "{\"pending_link_id\":\"\"}", "pending_link_id"),
                // of another type
                wrong(START, "{\"provider_id\":1}", "provider_id"),
                wrong(START, "{\"provider_id\":true}", "provider_id"),
                wrong(START, "{\"provider_id\":1.5}", "provider_id"),
                wrong(START, "{\"provider_id\":{}}", "provider_id"),
                wrong(START, "{\"provider_id\":[\"" + PROVIDER + "\"]}", "provider_id"),
                wrong(START, start("\"scopes\":\"User.Read\""), "scopes"),
                wrong(START, start("\"scopes\":{}"), "scopes"),
                wrong(START, start("\"scopes\":[null]"), "scopes"),
                wrong(START, start("\"scopes\":[1]"), "scopes.[0]"),
                wrong(START, start("\"scopes\":[\"a\",[\"b\"]]"), "scopes.[1]"),
                wrong(START, start("\"claims\":{}"), "claims"),
                wrong(START, start("\"prompt\":1"), "prompt"),
                wrong(START, start("\"login_hint\":[]"), "login_hint"),
                wrong(START, start("\"account_id\":7"), "account_id"),
                wrong(COMPLETE, "{\"state\":1}", "state"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":1}", "code"),
                wrong(COMPLETE, "{\"state\":\"s\",\"code\":\"c\",\"iss\":{}}", "iss"),
                wrong(COMPLETE, "{\"state\":\"s\",\"error\":false}", "error"),
                wrong(RESOLVE, "{\"pending_link_id\":1}", "pending_link_id"),
                wrong(RESOLVE, "{\"pending_link_id\":[\"a\"]}", "pending_link_id"),
                wrong(TOKEN, "{\"resource\":1}", "resource"),
                wrong(TOKEN, "{\"resource\":[]}", "resource"),
                wrong(TOKEN, "{\"scopes\":\"a\"}", "scopes"),
                wrong(TOKEN, "{\"scopes\":[true]}", "scopes.[0]"),
                wrong(TOKEN, "{\"scopes\":[\"a\",null]}", "scopes"),
                wrong(TOKEN, "{\"user_id\":7}", "user_id"),
                wrong(TOKEN, "{\"min_validity\":\"300\"}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":\"\"}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":1.5}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":300.0}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":true}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":{}}", "min_validity"),
                wrong(TOKEN, "{\"force_refresh\":\"true\"}", "force_refresh"),
                wrong(TOKEN, "{\"force_refresh\":1}", "force_refresh"),
                wrong(TOKEN, "{\"force_refresh\":[]}", "force_refresh"),
                wrong(TOKEN, "{\"claims\":{\"access_token\":{}}}", "claims"),
                // out of range
                wrong(TOKEN, "{\"min_validity\":-1}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":86401}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":99999999999999999999}", "min_validity"),
                wrong(TOKEN, "{\"min_validity\":1e400}", "min_validity"),
                wrong(TOKEN, "{\"resource\":\"\"}", "resource"),
                wrong(TOKEN, "{\"resource\":\"a b\"}", "resource"),
                wrong(TOKEN, "{\"resource\":\"a\\nb\"}", "resource"),
                wrong(TOKEN, "{\"resource\":\"a\\u0000b\"}", "resource"),
                wrong(TOKEN, "{\"resource\":\"\u00fcber\"}", "resource"),
                wrong(TOKEN, "{\"resource\":\"" + "r".repeat(513) + "\"}", "resource"),
                wrong(TOKEN, "{\"scopes\":[]}", "scopes"),
                wrong(TOKEN, "{\"scopes\":[\"\"]}", "scopes"),
                wrong(TOKEN, "{\"scopes\":[\"a b\"]}", "scopes"),
                wrong(TOKEN, "{\"scopes\":[" + "\"s\",".repeat(50) + "\"s\"]}", "scopes"),
                wrong(TOKEN, "{\"resource\":\"r\",\"scopes\":[\"r/s\"]}", "scopes"),
                wrong(TOKEN, "{\"claims\":\"\"}", "claims"),
                wrong(TOKEN, "{\"claims\":\"no JSON\"}", "claims"),
                wrong(TOKEN, "{\"claims\":\"[]\"}", "claims"),
                wrong(TOKEN, "{\"claims\":\"{} {}\"}", "claims"),
                wrong(TOKEN, "{\"claims\":\"" + "[".repeat(5_000) + "\"}", "claims"),
                wrong(TOKEN, "{\"claims\":\"{\\\"a\\\":\\\"" + "x".repeat(8_192) + "\\\"}\"}", "claims"),
                wrong(START, start("\"claims\":\"7\""), "claims"),
                wrong(START, start("\"prompt\":\"always\""), "prompt"),
                wrong(START, start("\"login_hint\":\"" + "h".repeat(321) + "\""), "login_hint"),
                wrong(START, start("\"scopes\":[\"a b\"]"), "scopes"),
                // twice
                wrong(START, "{\"provider_id\":\"a\",\"provider_id\":\"b\"}"),
                wrong(COMPLETE, "{\"state\":\"a\",\"state\":\"a\"}"),
                wrong(RESOLVE, "{\"pending_link_id\":\"a\",\"pending_link_id\":\"a\"}"),
                wrong(TOKEN, "{\"resource\":\"a\",\"resource\":\"a\"}"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongFields")
    void aWrongFieldIsNamed(String endpoint, String shown, String path, String body, List<String> fields) {
        var problem = refused(path, body, "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("field")).isEqualTo(fields);
    }

    @Test
    void theFieldThatIsMeantIsSaid() {
        var problem = refused(START, "{\"providerId\":\"p\",\"redirect_uri\":\"r\"}", "invalid_request");

        assertThat(problem.path("errors").findValuesAsText("message"))
                .containsExactly("is not known; did you mean provider_id?", "is required");
        assertThat(problem.path("detail").asText())
                .isEqualTo(
                        "The field 'providerId' is not known; did you mean provider_id? The field 'provider_id' is required.");
        assertThat(refused(TOKEN, "{\"colour\":1}", "invalid_request")
                        .path("errors")
                        .findValuesAsText("message"))
                .containsExactly("is not known");
    }

    @Test
    void theItemsOfABatchSayItToo() {
        var results = Broker.client()
                .body("{\"requests\":[{\"accountId\":\"%s\",\"resource\":\"r\"}]}".formatted(NOBODYS))
                .post("/tokens")
                .then()
                .statusCode(200)
                .extract();

        assertThat(Json.<List<String>>at(results, "results[0].problem.errors[*].field"))
                .containsExactly("accountId", "account_id");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /accounts?userId=a,             userId,   is not known; did you mean user_id?",
        "GET,    /accounts?user_id=a&colour=red, colour,   is not known",
        "GET,    /accounts?user_id=a&user_id=b,  user_id,  must not be sent more than once",
        "GET,    /accounts/acc_x?user-id=a,      user-id,  is not known; did you mean user_id?",
        "POST,   /accounts/acc_x/token?resource=https://vault.azure.net, resource, is not known",
        "POST,   /tokens?user_id=a,              user_id,  is not known",
        "POST,   /policy/explain?resource=a,     resource, is not known"
    })
    void aQueryParameterThatIsNotKnownIsNamed(String method, String path, String field, String message) {
        var problem = ProblemAnswer.of(Broker.client().request(method, path), 400, "invalid_request");

        assertThat(problem.at("/errors/0/field").asText()).isEqualTo(field);
        assertThat(problem.at("/errors/0/message").asText()).isEqualTo(message);
    }

    @Test
    void aQueryParameterOfAUserIsNamedToo() {
        for (var path : List.of("/providers?name=x", "/accounts?status=active", "/accounts/acc_x?full=true")) {
            ProblemAnswer.of(Broker.alice().get(path), 400, "invalid_request");
        }
        ProblemAnswer.of(Broker.alice().post(START + "?provider_id=x"), 400, "invalid_request");
        ProblemAnswer.of(Broker.alice().delete("/accounts/acc_x?force=true"), 400, "invalid_request");
    }

    @Test
    void aStrangerHearsOfNoParameters() {
        ProblemAnswer.of(given().get("/accounts?colour=red"), 401, "unauthorized");
    }

    static Stream<Arguments> wrongValues() {
        var unknown = UUID.randomUUID();
        return Stream.of(
                value(START, start("\"prompt\":null").replace(PROVIDER, unknown.toString()), 404, "provider_not_found"),
                value(START, start("\"prompt\":null").replace(PROVIDER, "contoso"), 404, "provider_not_found"),
                value(START, start("\"prompt\":null").replace(PROVIDER, "p".repeat(9_000)), 404, "provider_not_found"),
                value(
                        START,
                        start("\"prompt\":null").replace(PROVIDER, Sandbox.EVERYONE.toString()),
                        404,
                        "provider_not_found"),
                value(START, start("\"account_id\":\"acc_x\""), 404, "account_not_found"),
                value(START, start("\"account_id\":\"" + NOBODYS + "\""), 404, "account_not_found"),
                value(START, start("\"scopes\":[\"https://vault.azure.net/.default\"]"), 400, "invalid_scope"),
                value(START, redirectTo(Sandbox.CALLBACK + "/"), 400, "redirect_uri_not_allowed"),
                value(START, redirectTo(Sandbox.CALLBACK + "?a=b"), 400, "redirect_uri_not_allowed"),
                value(START, redirectTo("HTTP://LOCALHOST:3000/callback"), 400, "redirect_uri_not_allowed"),
                value(START, redirectTo("javascript:alert(1)"), 400, "redirect_uri_not_allowed"),
                value(COMPLETE, "{\"state\":\"s\",\"code\":\"c\"}", 400, "invalid_state"),
                value(COMPLETE, "{\"state\":\"a.b.c.d.e\",\"code\":\"c\"}", 400, "invalid_state"),
                value(COMPLETE, "{\"state\":\"....\",\"error\":\"access_denied\"}", 400, "invalid_state"),
                value(COMPLETE, "{\"state\":\"" + "s".repeat(60_000) + "\",\"code\":\"c\"}", 400, "invalid_state"),
                value(COMPLETE, "{\"state\":\"\\u0000\",\"code\":\"c\"}", 400, "invalid_state"),
                value(RESOLVE, "{\"pending_link_id\":\"p\"}", 400, "invalid_state"),
                value(RESOLVE, "{\"pending_link_id\":\"eyJhbGciOiJub25lIn0....\"}", 400, "invalid_state"),
                value(RESOLVE, "{\"pending_link_id\":\"\\ud800\"}", 400, "invalid_state"),
                value(TOKEN, "{}", 404, "account_not_found"),
                value(TOKEN, "null", 404, "account_not_found"),
                value(TOKEN, "{\"resource\":null,\"scopes\":null,\"claims\":null}", 404, "account_not_found"),
                value(TOKEN, "{\"user_id\":\"not an id\"}", 404, "account_not_found"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongValues")
    void aValueThatDoesNotFitIsRefused(
            String endpoint, String shown, String path, String body, int status, String code) {
        ProblemAnswer.of(caller(path).body(body).post(path), status, code);
    }

    static Stream<String> noAccounts() {
        return Stream.of(
                "acc_",
                "acc_x",
                "acc_====",
                "acc_AAAA",
                NOBODYS,
                NOBODYS + "=",
                NOBODYS + "A",
                NOBODYS.replace("acc_", "ACC_"),
                new AccountId(Sandbox.CONTOSO, "nobody~rotating").toString(),
                new AccountId(UUID.randomUUID(), "nobody").toString(),
                new AccountId(Sandbox.CONTOSO, "a\nb\u0000c").toString(),
                new AccountId(Sandbox.CONTOSO, "&identityProviderUserId=x").toString(),
                new AccountId(Sandbox.CONTOSO, "\ud83d\ude00 \u202e").toString(),
                "acc_" + "A".repeat(3_000),
                "0",
                "-1",
                "null",
                "*",
                "a\u0000b",
                "a\r\nSet-Cookie: a=b",
                "\u00fc\u4e2d\ud83d\ude00",
                "a/b",
                "a?b",
                "%2e%2e");
    }

    @ParameterizedTest
    @MethodSource("noAccounts")
    void anIdThatIsNoAccountIsNotFoundWhoeverAsks(String id) {
        ProblemAnswer.of(Broker.alice().get("/accounts/{id}", id), 404, "account_not_found");
        ProblemAnswer.of(Broker.alice().delete("/accounts/{id}", id), 404, "account_not_found");
        ProblemAnswer.of(Broker.mint(id, Map.of()), 404, "account_not_found");
        ProblemAnswer.of(
                Broker.client().get("/accounts/{id}?user_id={user}", id, FusionAuthStandIn.ALICE_ID),
                404,
                "account_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "a11ce000", "a11ce000-0000-4000-8000-00000000000g", "%00", "%F0%9F%98%80", "*"})
    void aClientMustNameAUserByItsId(String userId) {
        for (var path : List.of("/accounts", "/accounts/" + NOBODYS)) {
            var problem = ProblemAnswer.of(
                    Broker.client().urlEncodingEnabled(false).get(path + "?user_id=" + userId), 400, "invalid_request");
            assertThat(problem.at("/errors/0/field").asText()).isEqualTo("user_id");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts/acc_x", "/accounts/acc_x?user_id="})
    void aClientMustNameTheUserWhoseAccountItReads(String path) {
        var problem = ProblemAnswer.of(Broker.client().get(path), 400, "invalid_request");

        assertThat(problem.at("/errors/0/field").asText()).isEqualTo("user_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts", "/accounts?user_id="})
    void aClientThatMayNotListAllMustNameAUser(String path) {
        var problem = ProblemAnswer.of(Broker.client().get(path), 403, "forbidden");

        assertThat(problem.path("detail").asText()).contains("name the user: user_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/accounts", "/accounts/acc_x"})
    void aUserMayNotNameAnother(String path) {
        ProblemAnswer.of(
                Broker.alice().queryParam("user_id", FusionAuthStandIn.ZOE_ID).get(path), 403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"https://graph.microsoft.com/User.Read\",\"https://vault.azure.net/.default\"]",
                "[\"User.Read\",\"https://management.azure.com/user_impersonation\"]",
                "[\"https://graph.microsoft.com/.default\",\"https://graph.microsoft.com/User.Read\"]"
            })
    void scopesOfSeveralResourcesAreRefused(String scopes) {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "b", "b@contoso.com", "r");
        var account = new AccountId(Sandbox.CONTOSO, "b");

        ProblemAnswer.of(
                Broker.client()
                        .body("{\"scopes\":%s}".formatted(scopes))
                        .post("/accounts/{id}/token", account.toString()),
                400,
                "invalid_scope");
    }

    static List<String> withBody() {
        return WITH_BODY;
    }

    @ParameterizedTest
    @MethodSource("withBody")
    void textThatIsNotUtf8IsRefused(String path) {
        var body = "{\"claims\":\"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1);

        ProblemAnswer.of(caller(path).body(body).post(path), 400, "invalid_request");
    }

    private static JsonNode refused(String path, String body, String code) {
        return ProblemAnswer.of(
                caller(path).body(body.getBytes(StandardCharsets.UTF_8)).post(path), 400, code);
    }

    private static RequestSpecification caller(String path) {
        return path.equals(TOKEN) || path.equals("/policy/explain") ? Broker.client() : Broker.alice();
    }

    /** @param fields none where the body as a whole is wrong */
    private static Arguments wrong(String path, String body, String... fields) {
        return Arguments.of(name(path), shown(body), path, body, List.of(fields));
    }

    private static Arguments value(String path, String body, int status, String code) {
        return Arguments.of(name(path), shown(body), path, body, status, code);
    }

    private static String many(int fields) {
        return IntStream.range(0, fields).mapToObj("\"f%d\":1"::formatted).collect(Collectors.joining(","));
    }

    /** A start that is right but for what is added. */
    private static String start(String more) {
        return "{\"provider_id\":\"%s\",\"redirect_uri\":\"%s\",%s}".formatted(PROVIDER, Sandbox.CALLBACK, more);
    }

    private static String redirectTo(String uri) {
        return "{\"provider_id\":\"%s\",\"redirect_uri\":\"%s\"}".formatted(PROVIDER, uri);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String shown(String body) {
        return body.substring(0, Math.min(body.length(), 80)).replaceAll("\\P{Print}", "?");
    }
}
