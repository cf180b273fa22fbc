package io.tokenbroker.start;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class StartTest extends LinkingTest {

    private static final String VAULT = "https://vault.azure.net/.default";
    private static final String UNKNOWN_ACCOUNT = "acc_wCcFAAAAQACAAAAAAAAAAXNvbWVib2R5";

    @Test
    void theUrlCarriesWhatTheContractSaysAndNothingElse() {
        var claims = "{\"id_token\":{\"auth_time\":{\"essential\":true}}}";
        var started = start(Map.of(
                "login_hint",
                "b@contoso.com",
                "prompt",
                "consent",
                "scopes",
                List.of("User.Read", "https://graph.microsoft.com/Mail.Read"),
                "claims",
                claims));

        started.then().statusCode(200);
        assertThat(Json.<Map<String, Object>>at(started, "$")).containsOnlyKeys("state", "authorize_url", "expires_at");
        assertThat(Json.<String>at(started, "authorize_url"))
                .startsWith(sandbox().entra().url() + "/" + Tenant.CONTOSO.id() + "/oauth2/v2.0/authorize?")
                .doesNotContain("+", " ");
        var url = parameters(started);
        assertThat(url)
                .containsOnlyKeys(
                        "response_type",
                        "client_id",
                        "redirect_uri",
                        "scope",
                        "state",
                        "nonce",
                        "prompt",
                        "login_hint",
                        "claims",
                        "code_challenge",
                        "code_challenge_method")
                .containsEntry("response_type", "code")
                .containsEntry("client_id", AppRegistration.CLIENT_ID)
                .containsEntry("redirect_uri", Sandbox.CALLBACK)
                .containsEntry(
                        "scope", "openid profile email offline_access User.Read https://graph.microsoft.com/Mail.Read")
                .containsEntry("state", at(started, "state"))
                .containsEntry("prompt", "consent")
                .containsEntry("login_hint", "b@contoso.com")
                .containsEntry("claims", claims)
                .containsEntry("code_challenge_method", "S256");
        assertThat(url.get("code_challenge")).matches("[A-Za-z0-9_-]{43}");
        assertThat(url.get("nonce")).hasSizeGreaterThanOrEqualTo(22);
    }

    @Test
    void whatIsNotAskedIsNotInTheUrl() {
        assertThat(parameters(start(Map.of())))
                .doesNotContainKeys("login_hint", "claims")
                .containsEntry("prompt", "select_account")
                .containsEntry("scope", "openid profile email offline_access");
    }

    @Test
    void theChallengeIsOfTheVerifierThatFusionAuthGets() throws Exception {
        var started = Broker.start(Sandbox.CONTOSO);
        Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com"))
                .then()
                .statusCode(202);

        var complete = sandbox().fusionAuth().requests().stream()
                .filter(request -> request.path().equals("/api/identity-provider/login"))
                .findFirst()
                .orElseThrow()
                .json();
        var verifier = complete.path("data").path("code_verifier").asText();
        var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
        assertThat(verifier).matches("[A-Za-z0-9._~-]{43,128}");
        assertThat(parameters(started))
                .containsEntry(
                        "code_challenge",
                        Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
        assertThat(complete.path("noJWT").asBoolean()).isTrue();
        assertThat(complete.path("data").path("redirect_uri").asText()).isEqualTo(Sandbox.CALLBACK);
    }

    @Test
    void noTwoAuthorizationsShareAnything() {
        var seen = new HashSet<String>();
        for (var i = 0; i < 10; i++) {
            var url = parameters(start(Map.of()));
            for (var name : List.of("state", "nonce", "code_challenge")) {
                assertThat(seen.add(url.get(name))).isTrue();
            }
        }
    }

    @Test
    void moreScopesKeepTheirOrderAndAppearOnce() {
        var url = parameters(start(Map.of("scopes", List.of("Mail.Read", "openid", "User.Read", "Mail.Read"))));

        assertThat(url).containsEntry("scope", "openid profile email offline_access Mail.Read User.Read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ü+b&c=d#e%20f@contoso.com", "a b", "日本@contoso.com", "\"><script>"})
    void aLoginHintArrivesAsItWasGiven(String hint) {
        var started = start(Map.of("login_hint", hint));

        assertThat(parameters(started)).containsEntry("login_hint", hint);
        assertThat(URI.create(at(started, "authorize_url")).getRawFragment()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"login", "consent", "select_account", "none"})
    void thePromptIsTheCallersChoice(String prompt) {
        assertThat(parameters(start(Map.of("prompt", prompt)))).containsEntry("prompt", prompt);
    }

    @Test
    void anAuthorizationEndpointKeepsAQueryOfItsOwn() {
        var plain = plainProvider();
        var provider = add(plain.registered("Query")
                .withEndpoints(
                        plain.url() + "/authorize?policy=b2c_1&x=%2B", plain.url() + "/token", plain.url() + "/u"));

        var url = Json.<String>at(Broker.start(provider), "authorize_url");

        assertThat(url).startsWith(plain.url() + "/authorize?policy=b2c_1&x=%2B&response_type=code&");
        assertThat(Broker.query(URI.create(url)))
                .containsEntry("policy", "b2c_1")
                .containsEntry("x", "+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:3000/Callback",
                "http://localhost:3000/callback/",
                "http://localhost:3000/callback?a=b",
                "http://localhost:3000/callback?",
                "http://localhost:3000/callback#",
                "http://localhost:3000/callbac%6B",
                "http://localhost:3000//callback",
                "http://LOCALHOST:3000/callback",
                "HTTP://localhost:3000/callback",
                "https://localhost:3000/callback",
                "http://localhost/callback",
                "http://user@localhost:3000/callback",
                "http://localhost:3000/callback/../callback",
                " http://localhost:3000/callback",
                "http://localhost:3000",
                "not a uri",
                "*"
            })
    void theRedirectUriIsComparedToTheLetter(String other) {
        problem(start(Map.of("redirect_uri", other)), 400, "redirect_uri_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000-0000-4000-8000-000000000000",
                "e0e20e00-0000-4000-8000-000000000004",
                "Contoso",
                "../x",
                "1-1-1-1-1"
            })
    void anUnknownProviderIsNotFound(String id) {
        problem(start(Map.of("provider_id", id)), 404, "provider_not_found");
    }

    @Test
    void aWrongFieldIsNamed() {
        refusesField("prompt", Map.of("prompt", "later"));
        refusesField("claims", Map.of("claims", "[1]"));
        refusesField("claims", Map.of("claims", "{"));
        refusesField("scopes", Map.of("scopes", List.of("two words")));
        refusesField("scopes", Map.of("scopes", List.of("")));
        refusesField("login_hint", Map.of("login_hint", "x".repeat(321)));
        refusesField("provider_id", Map.of("provider_id", ""));
        refusesField("redirect_uri", Map.of("redirect_uri", ""));
        refusesField("nonce", Map.of("nonce", "mine"));
    }

    @Test
    void anAccountOfTheCallerAndTheProviderCanBeAuthorizedAgain() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        start(Map.of("account_id", account)).then().statusCode(200);
    }

    @Test
    void aForeignAccountIsAsUnknownAsNone() {
        var zoes = linkedToZoe();

        problem(start(Map.of("account_id", zoes)), 404, "account_not_found");
        problem(start(Map.of("account_id", UNKNOWN_ACCOUNT)), 404, "account_not_found");
        problem(start(Map.of("account_id", "nonsense")), 404, "account_not_found");
    }

    @Test
    void anAccountOfAnotherProviderIsRefused() {
        var account = Broker.link(Sandbox.FABRIKAM, "c@fabrikam.com");

        refusesField("account_id", Map.of("account_id", account));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://management.azure.com/.default",
                "https://management.azure.com//user_impersonation",
                "api://orders/orders.read",
                "https://graph.microsoft.com.evil.example/User.Read",
                "https://vault.azure.net/.default"
            })
    void atEntraTheFirstLegIsForGraphAndOpenIdOnly(String scope) {
        problem(start(Map.of("scopes", List.of("User.Read", scope))), 400, "invalid_scope");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "User.Read",
                "https://graph.microsoft.com/User.Read",
                "https://graph.microsoft.com/.default",
                "email"
            })
    void atEntraGraphScopesAreFine(String scope) {
        start(Map.of("scopes", List.of(scope))).then().statusCode(200);
    }

    @Test
    void consentForAnAccountIsAskedOfThePersonItBelongsTo() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        var url = parameters(start(Map.of("account_id", account, "scopes", List.of(VAULT), "claims", "{\"a\":1}")));

        assertThat(url)
                .containsEntry("scope", "openid profile email offline_access " + VAULT)
                .containsEntry("login_hint", "b@contoso.com")
                .containsEntry("claims", "{\"a\":1}")
                .containsEntry("response_type", "code")
                .containsEntry("code_challenge_method", "S256")
                .doesNotContainKey("prompt");
    }

    @Test
    void whoeverAsksForConsentMaySayHow() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        var url = parameters(start(Map.of(
                "account_id",
                account,
                "scopes",
                List.of(VAULT),
                "login_hint",
                "blake@contoso.com",
                "prompt",
                "consent")));

        assertThat(url).containsEntry("login_hint", "blake@contoso.com").containsEntry("prompt", "consent");
    }

    @Test
    void consentForAnAccountWhoseSignInNameIsNotKnownIsAskedOfWhoeverIsPicked() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "x-1", "Blake", "token");
        String account = at(Broker.alice().get("/accounts"), "accounts[0].id");

        var url = parameters(start(Map.of("account_id", account, "scopes", List.of(VAULT))));

        assertThat(url).containsEntry("prompt", "select_account").doesNotContainKey("login_hint");
    }

    @Test
    void consentIsAskedForOneResourceAtATime() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        for (var scopes : List.of(
                List.of(VAULT, "User.Read"),
                List.of(VAULT, "api://orders/orders.read"),
                List.of(VAULT, "https://vault.azure.net/user_impersonation"))) {
            problem(start(Map.of("account_id", account, "scopes", scopes)), 400, "invalid_scope");
        }
        for (var scopes :
                List.of(List.of("openid", VAULT), List.of("api://orders/orders.read", "api://orders/orders.write"))) {
            start(Map.of("account_id", account, "scopes", scopes)).then().statusCode(200);
        }
    }

    @Test
    void moreScopesThanAUrlBearsAreRefused() {
        refusesField("scopes", Map.of("scopes", Collections.nCopies(20, "s".repeat(500))));
    }

    @Test
    void anotherProvidersScopesAreItsOwnBusiness() {
        var provider = add(plainProvider().registered("Plain"));

        start(Broker.alice(), provider, Map.of("scopes", List.of("https://api.example/all")))
                .then()
                .statusCode(200);
    }

    @Test
    void aStateExpiresAfterTheConfiguredTime() {
        var expiresAt = Instant.parse(at(start(Map.of()), "expires_at"));

        assertThat(expiresAt).isCloseTo(Instant.now().plus(Duration.ofMinutes(10)), within(20, ChronoUnit.SECONDS));
    }

    @Test
    void whatIsSealedCannotBeStored() {
        var headers = start(Map.of()).headers();

        assertThat(headers.getValue("Cache-Control")).isEqualTo("no-store");
        assertThat(headers.getValue("Pragma")).isEqualTo("no-cache");
    }

    @Test
    void theStateTellsNothing() {
        String state = at(start(Map.of()), "state");

        for (var part : state.split("\\.", -1)) {
            var text = new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
            assertThat(text).doesNotContain("localhost", FusionAuthStandIn.ALICE_ID.toString(), "verifier");
        }
    }

    @Test
    void onlyUsersStart() {
        problem(start(Broker.client(), Sandbox.CONTOSO, Map.of()), 403, "forbidden");
    }

    private static Response start(Map<String, ?> more) {
        return start(Broker.alice(), Sandbox.CONTOSO, more);
    }

    private static void refusesField(String field, Map<String, ?> more) {
        problem(start(more), 400, "invalid_request").body(json("errors[*].field", equalTo(List.of(field))));
    }

    private static Map<String, String> parameters(Response started) {
        return Broker.query(URI.create(at(started.then().statusCode(200).extract(), "authorize_url")));
    }

    private static String linkedToZoe() {
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, "zoes-" + UUID.randomUUID(), "z@contoso.com", null);
        var accounts = Broker.user(FusionAuthStandIn.ZOE_ID).get("/accounts");
        accounts.then().body(json("accounts[*].display_name", hasItem("z@contoso.com")));
        return at(accounts, "accounts[0].id");
    }
}
