package io.tokenbroker.caller;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.ProblemAnswer;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(ClientKeysTest.SeveralClients.class)
class ClientKeysTest extends BrokerTest {

    private static final String OLD = key("twice", "o");
    private static final String NEW = key("twice", "n");
    private static final String NARROW = key("narrow", "a");
    private static final String BARE = key("bare", "b");
    private static final String LIMITED = key("limited", "l");
    private static final String ROBOT = "0b070000-0000-4000-8000-00000000b070";
    private static final String ARM = "https://management.azure.com";

    /** The key that {@code BROKER_PROVIDERS__ADA70300_0000_…__NAME} is read as. */
    private static final String ADATUM_BY_ENVIRONMENT =
            "broker.providers.\"%s\".name".formatted(Sandbox.ADATUM.toString().replace('-', '.'));

    /** Clients of every kind, beside the sandbox's {@code demo}; and a provider named by the environment. */
    public static class SeveralClients implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.ofEntries(
                    Map.entry(ADATUM_BY_ENVIRONMENT, "Adatum by environment"),
                    Map.entry(
                            "broker.clients.twice.key-sha256",
                            sha256(OLD) + ", " + sha256(NEW).toUpperCase(Locale.ROOT)),
                    Map.entry("broker.clients.twice.providers", "*"),
                    Map.entry("broker.clients.narrow.key-sha256", sha256(NARROW)),
                    Map.entry(
                            "broker.clients.narrow.providers",
                            Sandbox.CONTOSO.toString().toUpperCase(Locale.ROOT)),
                    Map.entry("broker.clients.narrow.resources", ARM + "/"),
                    Map.entry("broker.clients.bare.key-sha256", sha256(BARE)),
                    Map.entry("broker.clients.robot.subject", ROBOT),
                    Map.entry("broker.clients.robot.providers", "*"),
                    Map.entry("broker.clients.named.subject", "nightly-report"),
                    Map.entry("broker.clients.named.providers", "*"),
                    Map.entry("broker.clients.limited.key-sha256", sha256(LIMITED)),
                    Map.entry("broker.clients.limited.providers", "*"),
                    Map.entry("broker.clients.limited.resources", "*"),
                    Map.entry("broker.clients.limited.requests-per-minute", "2"));
        }
    }

    static Stream<Arguments> credentials() {
        return Stream.of(
                good("a key as Bearer", "Bearer " + NEW),
                good("the scheme in lower case", "bearer " + NEW),
                good("the other key of a rotation", "Bearer " + OLD),
                good("Basic, plain", basic("twice:" + NEW)),
                good("Basic, percent-encoded", basic(percentEncoded("twice") + ":" + percentEncoded(NEW))),
                good("a token whose subject is a client's", "Bearer " + token(ROBOT)),
                good("a token whose subject is a client's name for itself", "Bearer " + token("nightly-report")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("credentials")
    void aClientProvesItself(String what, String authorization) {
        as(authorization).then().statusCode(200);
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                bad("a key that is not the client's", "Bearer " + key("twice", "x")),
                bad("a key of an unknown client", "Bearer " + key("nobody", "x")),
                bad("a key that is too short", "Bearer " + NEW.substring(0, NEW.length() - 1)),
                bad("a key that is too long", "Bearer " + NEW + "x"),
                bad("a key of a client that has none", "Bearer " + key("robot", "x")),
                bad("the digest instead of the key", "Bearer tbk_" + sha256(NEW)),
                bad("no key", "Bearer tbk_"),
                bad("nothing", "Bearer "),
                bad("a key without its scheme", NEW),
                bad("another scheme", "Digest " + NEW),
                bad("Basic with the name of another client", basic("narrow:" + NEW)),
                bad("Basic with the name in capitals", basic("TWICE:" + NEW)),
                bad("Basic without a name", basic(":" + NEW)),
                bad("Basic without a key", basic("twice:")),
                bad("Basic without a colon", basic("twice")),
                bad("Basic that is not base64", "Basic %%%"),
                bad("Basic with nothing", "Basic "),
                bad("Basic with a broken percent-encoding", basic("twice:%zz" + NEW)),
                bad("Basic that is not UTF-8", "Basic " + Base64.getEncoder().encodeToString(new byte[] {-1, ':', -2})),
                bad("Basic with a user's token", basic("alice:" + token(FusionAuthStandIn.ALICE_ID.toString()))),
                bad("a token whose subject is a client's name", "Bearer " + token("robot")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void aStrangerIsRefused(String what, String authorization) {
        var answer = as(authorization);

        ProblemAnswer.of(answer, 401, "unauthorized");
        assertThat(answer.header("WWW-Authenticate")).contains("Bearer ", "Basic ");
    }

    @Test
    void aClientKnownByItsSubjectIsNoUser() {
        ProblemAnswer.of(Broker.bearer(token(ROBOT)).body(Map.of()).post("/authorizations/start"), 403, "forbidden");
        ProblemAnswer.of(Broker.bearer(token(ROBOT)).get("/providers"), 403, "forbidden");
    }

    @Test
    void withoutAPolicyAClientMayNothing() {
        var account = account(Sandbox.CONTOSO);

        as("Bearer " + BARE).then().statusCode(200).body(json("accounts", empty()));
        ProblemAnswer.of(mint(BARE, account, Map.of("resource", ARM)), 403, "forbidden");
        ProblemAnswer.of(
                Broker.bearer(BARE).get("/accounts/{id}?user_id={user}", account, FusionAuthStandIn.ALICE_ID),
                404,
                "account_not_found");
    }

    @Test
    void aClientSeesAndUsesOnlyTheProvidersOfItsPolicy() {
        var contoso = account(Sandbox.CONTOSO);
        var fabrikam = account(Sandbox.FABRIKAM);

        as("Bearer " + NARROW).then().statusCode(200).body(json("accounts[*].id", contains(contoso)));
        ProblemAnswer.of(
                Broker.bearer(NARROW).get("/accounts/{id}?user_id={user}", fabrikam, FusionAuthStandIn.ALICE_ID),
                404,
                "account_not_found");
        ProblemAnswer.of(mint(NARROW, fabrikam, Map.of("resource", ARM)), 403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://vault.azure.net", "https://management.azure.com.example", "https://management.azure"})
    void aClientMintsOnlyForTheResourcesOfItsPolicy(String other) {
        var contoso = account(Sandbox.CONTOSO);

        ProblemAnswer.of(mint(NARROW, contoso, Map.of("resource", other)), 403, "forbidden");
        ProblemAnswer.of(mint(NARROW, contoso, Map.of("scopes", new String[] {other + "/.default"})), 403, "forbidden");
        ProblemAnswer.of(mint(NARROW, contoso, Map.of()), 403, "forbidden");
    }

    @Test
    void aClientWaitsWhenItsRateIsUsedUp() {
        var nobodys = new AccountId(Sandbox.CONTOSO, "nobody").toString();
        ProblemAnswer.of(mint(LIMITED, nobodys, Map.of()), 404, "account_not_found");
        ProblemAnswer.of(mint(LIMITED, nobodys, Map.of()), 404, "account_not_found");

        var refused = mint(LIMITED, nobodys, Map.of());
        ProblemAnswer.of(refused, 429, "rate_limited");
        var wait = Integer.parseInt(refused.header("Retry-After"));
        assertThat(wait).isBetween(1, 30);

        TestTime.advance(Duration.ofSeconds(wait));
        ProblemAnswer.of(mint(LIMITED, nobodys, Map.of()), 404, "account_not_found");
        ProblemAnswer.of(mint(LIMITED, nobodys, Map.of()), 429, "rate_limited");
    }

    @Test
    void aProvidersSettingsCanComeFromTheEnvironment() {
        Broker.alice().get("/providers").then().body(json("providers[*].name", hasItem("Adatum by environment")));
    }

    private static Arguments good(String what, String authorization) {
        return Arguments.of(what, authorization);
    }

    private static Arguments bad(String what, String authorization) {
        return Arguments.of(what, authorization);
    }

    private static Response as(String authorization) {
        return given().header("Authorization", authorization).get("/accounts?user_id=" + FusionAuthStandIn.ALICE_ID);
    }

    private static Response mint(String key, String account, Map<String, ?> body) {
        return Broker.bearer(key).body(body).post("/accounts/{id}/token", account);
    }

    /** An account of Alice at this provider. */
    private static String account(UUID provider) {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, provider, "b", "b@example.com", null);
        return new AccountId(provider, "b").toString();
    }

    private static String token(String subject) {
        return sandbox().fusionAuth().issueToken(good -> good.subject(subject));
    }

    private static String key(String client, String filling) {
        return IssuedSecrets.record("tbk_" + client + "_" + filling.repeat(43));
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String percentEncoded(String text) {
        return text.chars().mapToObj("%%%02X"::formatted).collect(Collectors.joining());
    }

    private static String sha256(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
