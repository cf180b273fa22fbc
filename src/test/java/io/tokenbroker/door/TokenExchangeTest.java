package io.tokenbroker.door;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.ORDERS;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.TokenRecipe;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The token exchange as OAuth's clients see it: requests, and exactly what is answered. */
@QuarkusTest
@TestProfile(TokenExchangeTest.Clients.class)
class TokenExchangeTest extends BrokerTest {

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String TYPE = "urn:ietf:params:oauth:token-type:";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String ROBOT = "0b070000-0000-4000-8000-00000000b070";
    private static final String MCP_SERVER = "https://mcp.example/mcp";
    private static final ClientKey PLAIN = ClientKey.of("plain");
    private static final ClientKey PROVEN = ClientKey.of("proven");
    private static final ClientKey ARM_ONLY = ClientKey.of("armonly");
    private static final ClientKey SCOPED = ClientKey.of("scoped");
    private static final ClientKey FABRIKAM_ONLY = ClientKey.of("fabrikam");
    private static final ClientKey SLOW = ClientKey.of("slow");

    public static class Clients implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            var settings = new TreeMap<String, String>();
            var all = Map.of("providers", "*", "resources", "*");
            settings.put("broker.fusionauth.accepted-audiences", MCP_SERVER + ",https://second.example");
            settings.putAll(PLAIN.settings(all));
            settings.putAll(PROVEN.settings(all));
            settings.put("broker.clients.proven.subject-token-required", "true");
            settings.putAll(ARM_ONLY.settings(Map.of("providers", "*", "resources", ARM)));
            settings.putAll(SCOPED.settings(all));
            settings.put("broker.clients.scoped.scopes", "User.Read");
            settings.putAll(FABRIKAM_ONLY.settings(Map.of("providers", Sandbox.FABRIKAM.toString(), "resources", "*")));
            settings.put("broker.clients.robot.subject", ROBOT);
            settings.put("broker.clients.robot.providers", "*");
            settings.put("broker.clients.robot.resources", "*");
            settings.put("quarkus.http.proxy.proxy-address-forwarding", "true");
            settings.put("quarkus.http.proxy.trusted-proxies", "127.0.0.1,::1");
            settings.put("quarkus.http.proxy.enable-forwarded-host", "true");
            settings.putAll(SLOW.settings(all));
            settings.put("broker.clients.slow.requests-per-minute", "1");
            return settings;
        }
    }

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void aTokenIsExchangedForTheAccountInThePath() {
        var answer = basic(PLAIN)
                .formParam("grant_type", GRANT)
                .formParam("resource", ARM)
                .post("/accounts/{id}/oauth2/token", account);

        answer.then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", equalTo("no-store"))
                .header("Pragma", equalTo("no-cache"))
                .body(json("$", aMapWithSize(6)))
                .body(json("issued_token_type", equalTo(TYPE + "access_token")))
                .body(json("token_type", equalTo("Bearer")))
                .body(json("expires_in", greaterThan(300)))
                .body(json("scope", containsString(ARM)))
                .body(json("account_id", equalTo(account)));
        assertThat(introspect(answer).active()).isTrue();
        assertThat(introspect(answer).user()).isEqualTo(BLAKE);
    }

    @Test
    void theAccountIsInTheAudienceWhereThePathHasNone() {
        assertAudience(exchange(PLAIN, "audience", account, "resource", ARM), ARM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://vault.azure.net",
                "https://management.azure.com",
                "Fabrikam",
                "something-else",
                "acc_other",
                "fab21ca0-0000-4000-8000-000000000002"
            })
    void anAudienceThatIsNotTheAccountOfThePathIsRefused(String audience) {
        var answer = inPath("audience", audience, "resource", ARM);

        refused(answer, 400, "invalid_target", "invalid_target");
        refused(inPath("connection", audience), 400, "invalid_target", "invalid_target");
        assertThat(sandbox().entra().refreshes(BLAKE)).isZero();
    }

    @Test
    void theAudienceMayRepeatTheAccountOfThePathOrNameItsProvider() {
        for (var audience : new String[] {account, "Contoso", Sandbox.CONTOSO.toString()}) {
            assertAudience(inPath("audience", audience, "resource", ARM), ARM);
            assertAudience(inPath("audience", audience, "audience", ARM), ARM);
        }
        refused(
                inPath("audience", account, "audience", ARM, "resource", GRAPH),
                400,
                "invalid_target",
                "invalid_target");
    }

    @Test
    void aProviderWithTheUsersTokenIsThatUsersOnlyAccountThere() {
        Broker.link(Sandbox.FABRIKAM, CASEY);

        for (var provider : new String[] {
            "Contoso",
            "contoso",
            Sandbox.CONTOSO.toString(),
            Sandbox.CONTOSO.toString().toUpperCase(Locale.ROOT)
        }) {
            of(PLAIN, "audience", provider, "resource", ARM)
                    .then()
                    .statusCode(200)
                    .body(json("account_id", equalTo(account)));
        }
        of(PLAIN, "connection", "Contoso").then().statusCode(200).body(json("account_id", equalTo(account)));
        of(FABRIKAM_ONLY, "audience", "Fabrikam")
                .then()
                .statusCode(200)
                .body(json("account_id", not(equalTo(account))));
    }

    @Test
    void oneOfSeveralAudiencesIsTheResource() {
        assertAudience(of(PLAIN, "audience", "Contoso", "audience", ARM), ARM);
        assertAudience(of(PLAIN, "audience", ARM, "audience", Sandbox.CONTOSO.toString(), "audience", "Contoso"), ARM);
        assertAudience(
                of(PLAIN, "audience", account, "audience", "Contoso", "audience", ARM + "/", "resource", ARM), ARM);
        assertAudience(exchange(PLAIN, "audience", ARM, "audience", account), ARM);
        refused(
                of(PLAIN, "audience", "Contoso", "audience", ARM, "audience", ORDERS),
                400,
                "invalid_target",
                "invalid_target");
        refused(
                of(PLAIN, "audience", "Contoso", "audience", ARM, "resource", ORDERS),
                400,
                "invalid_target",
                "invalid_target");
        refused(
                of(PLAIN, "audience", "Contoso", "audience", ARM, "scope", "User.Read"),
                400,
                "invalid_target",
                "invalid_target");
    }

    @Test
    void aResourceThatRepeatsTheNameOfTheAccountSaysNothing() {
        assertAudience(of(PLAIN, "audience", "Contoso", "resource", "Contoso", "scope", ARM + "/.default"), ARM);
    }

    @Test
    void ofSeveralAccountsThereAHintChooses() {
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "Sub-2", "c@contoso.com", null);

        refused(of(PLAIN, "audience", "Contoso"), 400, "invalid_target", "invalid_target")
                .body(json("error_description", allOf(containsString("2 accounts"), containsString("login_hint"))))
                .body(json("error_description", allOf(not(containsString(BLAKE)), not(containsString("Sub-2")))));
        for (var hint : new String[] {BLAKE, "B@Contoso.COM"}) {
            of(PLAIN, "audience", "Contoso", "login_hint", hint)
                    .then()
                    .statusCode(200)
                    .body(json("account_id", equalTo(account)));
        }
        refused(of(PLAIN, "audience", "Contoso", "login_hint", "Sub-2"), 400, "invalid_grant", "no_refresh_token");
        refused(of(PLAIN, "audience", "Contoso", "login_hint", "sub-2"), 400, "invalid_target", "account_not_found");
        refused(of(PLAIN, "audience", account, "login_hint", "Sub-2"), 400, "invalid_target", "account_not_found");
        of(PLAIN, "audience", account, "login_hint", BLAKE).then().statusCode(200);
    }

    @Test
    void whatTheClientMayNotUseDoesNotExistForIt() {
        Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, "second", "s@contoso.com", null);

        var forbidden = of(FABRIKAM_ONLY, "audience", "Contoso");

        refused(forbidden, 400, "invalid_target", "account_not_found");
        for (var unknown : new String[] {"Nowhere", UUID.randomUUID().toString(), Sandbox.CONTOSO.toString()}) {
            assertThat(withoutRequestId(of(FABRIKAM_ONLY, "audience", unknown))).isEqualTo(withoutRequestId(forbidden));
        }
        assertThat(withoutRequestId(subject(PLAIN, FusionAuthStandIn.ZOE_ID, TYPE + "jwt")
                        .formParam("audience", "Contoso")
                        .post("/oauth2/token")))
                .isEqualTo(withoutRequestId(forbidden));
    }

    @Test
    void aProviderWithoutTheUsersTokenNamesNobody() {
        refused(exchange(PLAIN, "audience", "Contoso"), 400, "invalid_target", "invalid_target")
                .body(json("error_description", containsString("subject_token")));
    }

    @Test
    void theClientMayProveItselfInTheBodyOrAsAnywhere() {
        exchange(given().formParam("client_id", "plain").formParam("client_secret", PLAIN.key()), "audience", account)
                .then()
                .statusCode(200);
        exchange(given().header("Authorization", "Bearer " + PLAIN.key()), "audience", account)
                .then()
                .statusCode(200);
        exchange(basic(PLAIN).formParam("client_id", "plain"), "audience", account)
                .then()
                .statusCode(200);
    }

    @Test
    void theScopeSaysTheResource() {
        assertAudience(exchange(PLAIN, "audience", account, "scope", ORDERS + "/orders.read"), ORDERS);
        assertAudience(exchange(PLAIN, "audience", account, "scope", " User.Read  openid "), GRAPH);
        assertAudience(exchange(PLAIN, "audience", account), GRAPH);
    }

    @Test
    void scopeAndResourceGoTogetherWhereTheyMeanTheSame() {
        var granted = exchange(PLAIN, "audience", account, "scope", ORDERS + "/orders.read", "resource", ORDERS);

        assertAudience(granted, ORDERS);
        assertAudience(exchange(PLAIN, "audience", account, "scope", "openid", "resource", ORDERS), ORDERS);
        assertAudience(exchange(PLAIN, "audience", account, "scope", "User.Read", "resource", GRAPH + "/"), GRAPH);
    }

    @Test
    void aClaimsChallengeIsPassedOn() {
        exchange(PLAIN, "audience", account, "resource", ARM).then().statusCode(200);

        exchange(PLAIN, "audience", account, "resource", ARM, "claims", "{\"access_token\":{\"a\":null}}")
                .then()
                .statusCode(200);

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void whatNobodyKnowsAndWhatIsEmptyIsTolerated() {
        exchange(PLAIN, "audience", account, "colour", "red", "actor_token", "", "requested_token_type", TYPE + "jwt")
                .then()
                .statusCode(200);
    }

    @Test
    void aUsersTokenOpensThatUsersAccountsOnly() {
        for (var type : new String[] {"access_token", "jwt"}) {
            subject(PROVEN, FusionAuthStandIn.ALICE_ID, TYPE + type)
                    .formParam("audience", account)
                    .post("/oauth2/token")
                    .then()
                    .statusCode(200)
                    .body(json("account_id", equalTo(account)));
        }
        var nobodys = new AccountId(Sandbox.CONTOSO, "nobody").toString();

        var foreign = subject(PROVEN, FusionAuthStandIn.ZOE_ID, TYPE + "access_token")
                .formParam("audience", account)
                .post("/oauth2/token");
        var unknown = subject(PROVEN, FusionAuthStandIn.ZOE_ID, TYPE + "access_token")
                .formParam("audience", nobodys)
                .post("/oauth2/token");

        refused(foreign, 400, "invalid_target", "account_not_found");
        assertThat(withoutRequestId(foreign)).isEqualTo(withoutRequestId(unknown));
        assertThat(withoutRequestId(exchange(PLAIN, "audience", nobodys))).isEqualTo(withoutRequestId(unknown));
        assertThat(withoutRequestId(exchange(PLAIN, "audience", "acc_!"))).isEqualTo(withoutRequestId(unknown));
        refused(
                subject(PLAIN, FusionAuthStandIn.ZOE_ID, TYPE + "access_token")
                        .formParam("audience", account)
                        .post("/oauth2/token"),
                400,
                "invalid_target",
                "account_not_found");
    }

    @Test
    void aHintFindsTheAccountAmongThoseOfTheUser() {
        hinted(PLAIN, BLAKE.toUpperCase(Locale.ROOT)).then().statusCode(200).body(json("account_id", equalTo(account)));
        refused(hinted(PLAIN, "somebody@contoso.com"), 400, "invalid_target", "account_not_found");
        refused(hinted(FABRIKAM_ONLY, BLAKE), 400, "invalid_target", "account_not_found");

        sandbox().fusionAuth().addLink(FusionAuthStandIn.ALICE_ID, Sandbox.FABRIKAM, "twin", BLAKE, null);

        refused(hinted(PLAIN, BLAKE), 400, "invalid_target", "invalid_target")
                .body(json("error_description", containsString("audience")));
        refused(exchange(PLAIN, "login_hint", BLAKE), 400, "invalid_request", "invalid_request")
                .body(json("error_description", containsString("subject_token")));
    }

    @Test
    void aSubjectTokenMayBeAsLongAsInAHeader() {
        for (var padding : new int[] {9_000, 23_000}) {
            withToken(good -> good.claim("padding", "p".repeat(padding))).then().statusCode(200);
        }
        refused(withToken(good -> good.claim("padding", "p".repeat(26_000))), 400, "invalid_request", "invalid_request")
                .body(json("error_description", allOf(containsString("32768"), containsString("characters"))));
    }

    @Test
    void aSubjectTokenThatWasAskedForWithAResourceIsAcceptedWhereTheSettingsSaySo() {
        withToken(good -> good.claim("aud", List.of(MCP_SERVER))).then().statusCode(200);
        withToken(good -> good.claim("aud", MCP_SERVER)).then().statusCode(200);
        for (var audience : new String[] {MCP_SERVER + "/", "https://other.example"}) {
            refused(withToken(good -> good.audience(audience)), 400, "invalid_request", "invalid_request");
        }
        refused(
                withToken(good -> good.audience(MCP_SERVER).without("applicationId")),
                400,
                "invalid_request",
                "invalid_request");
        given().header(
                        "Authorization",
                        "Bearer " + sandbox().fusionAuth().issueToken(good -> good.audience(MCP_SERVER)))
                .get("/accounts")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer {}", "{}.", " {}", "{}=", "{}\n"})
    void aSubjectTokenThatIsNotOneToTheLetterIsRefused(String spoiled) {
        refused(
                exchange(
                        PLAIN,
                        "audience",
                        account,
                        "subject_token",
                        spoiled.replace("{}", sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)),
                        "subject_token_type",
                        TYPE + "jwt"),
                400,
                "invalid_request",
                "invalid_request");
    }

    @Test
    void aRequiredParameterThatIsMisspeltIsNamedFirst() {
        basic(PLAIN)
                .formParam("grantType", GRANT)
                .formParam("audience", account)
                .post("/oauth2/token")
                .then()
                .statusCode(400)
                .body(
                        json(
                                "error_description",
                                equalTo(
                                        "The field 'grantType' is not known; did you mean grant_type? The field 'grant_type' is required.")));
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                row("no grant", "grant_type=", "invalid_request", "grant_type"),
                row("another grant", "grant_type=client_credentials", "unsupported_grant_type", GRANT),
                row("the grant twice", "grant_type=" + GRANT, "invalid_request", "grant_type"),
                row("no account", "", "invalid_request", "Name the account"),
                row("an unknown account", "audience=acc_nobodys", "invalid_target", "no account"),
                row("two accounts", "audience=a&audience=b", "invalid_target", "audience"),
                row("two resources", "audience=ACC&resource=a:b&resource=a:c", "invalid_target", "resource"),
                row("the same resource twice", "audience=ACC&resource=a:b&resource=a:b", "invalid_target", "resource"),
                row("a malformed resource", "audience=ACC&resource=a%20b", "invalid_target", "resource"),
                row("a malformed scope", "audience=ACC&scope=a%22b", "invalid_scope", "The field 'scope' must"),
                row(
                        "too many scopes",
                        "audience=ACC&scope=" + "a%20".repeat(51),
                        "invalid_scope",
                        "The field 'scope' must"),
                row("scopes twice", "audience=ACC&scope=a&scope=b", "invalid_request", "scope"),
                row(
                        "scopes of several resources",
                        "audience=ACC&scope=User.Read%20api://orders/orders.read",
                        "invalid_scope",
                        "several"),
                row(
                        "a scope of another resource",
                        "audience=ACC&resource=" + ARM + "&scope=User.Read",
                        "invalid_target",
                        "another"),
                row(
                        "a scope of a resource with a longer name",
                        "audience=ACC&resource=api://orders&scope=api://orders.evil/a",
                        "invalid_target",
                        "another"),
                row("an actor", "audience=ACC&actor_token=x", "invalid_request", "actor_token"),
                row("an actor's type", "audience=ACC&actor_token_type=x", "invalid_request", "actor_token"),
                row(
                        "a refresh token wanted",
                        "audience=ACC&requested_token_type=" + TYPE + "refresh_token",
                        "invalid_request",
                        "requested_token_type"),
                row("claims that are none", "audience=ACC&claims=x", "invalid_request", "claims"),
                row("a subject without type", "audience=ACC&subject_token=x", "invalid_request", "subject_token_type"),
                row(
                        "a type without subject",
                        "audience=ACC&subject_token_type=" + TYPE + "jwt",
                        "invalid_request",
                        "subject_token_type"),
                row(
                        "an id_token as subject",
                        "audience=ACC&subject_token=x&subject_token_type=" + TYPE + "id_token",
                        "invalid_request",
                        "subject_token_type"),
                row(
                        "a subject that is no token",
                        "audience=ACC&subject_token=x&subject_token_type=" + TYPE + "jwt",
                        "invalid_request",
                        "subject_token"),
                row("a broken percent sign", "audience=%zz", "invalid_request", "malformed"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void whatCannotBeExchangedIsRefused(String what, String form, String error, String said) {
        var body = (form.startsWith("grant_type=") && !form.contains(GRANT) ? "" : "grant_type=" + GRANT + "&")
                + form.replace("ACC", account);

        var answer = basic(PLAIN).body(body).post("/oauth2/token");

        assertThat(at(answer, "error") + ": " + at(answer, "error_description")).startsWith(error + ": ");
        answer.then()
                .statusCode(400)
                .contentType("application/json")
                .body(json("error_description", containsString(said)))
                .body(json("request_id", equalTo(answer.header("X-Request-Id"))))
                .body(json("$", hasKey("broker_code")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isZero();
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                stranger("nobody", request -> request),
                stranger("a wrong key", request -> as(request, "plain", PROVEN.key())),
                stranger("an unknown name", request -> as(request, "nobody", PLAIN.key())),
                stranger("a wrong key in the body", request -> inBody(request, "plain", PROVEN.key())),
                stranger("another's key in the body", request -> inBody(request, "proven", PLAIN.key())),
                stranger("a name alone", request -> request.formParam("client_id", "plain")),
                stranger("a key alone", request -> request.formParam("client_secret", PLAIN.key())),
                stranger("a token that is none", request -> request.header("Authorization", "Bearer nothing")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void aStrangerIsNoClient(String what, UnaryOperator<RequestSpecification> proof) {
        var answer = exchange(proof.apply(given()), "audience", account);

        refused(answer, 401, "invalid_client", "unauthorized");
        assertThat(answer.header("WWW-Authenticate")).contains("Basic realm=");
    }

    @Test
    void aUserIsNoClient() {
        var answer = exchange(
                given().header(
                                "Authorization",
                                "Bearer " + sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID)),
                "audience",
                account);

        refused(answer, 401, "invalid_client", "forbidden");
        assertThat(answer.header("WWW-Authenticate")).contains("Basic realm=");
    }

    @Test
    void aClientThatHasTokensOfItsOwnSendsOneAsTheClientAndNotAsTheSubject() {
        var token = sandbox().fusionAuth().issueToken(good -> good.subject(ROBOT));

        exchange(given().header("Authorization", "Bearer " + token), "audience", account)
                .then()
                .statusCode(200);
        refused(
                exchange(
                        PLAIN,
                        "audience",
                        account,
                        "subject_token",
                        token,
                        "subject_token_type",
                        TYPE + "access_token"),
                400,
                "invalid_request",
                "invalid_request");
    }

    @Test
    void aClientProvesItselfInOneWayOnly() {
        refused(
                exchange(
                        basic(PLAIN).formParam("client_id", "plain").formParam("client_secret", PLAIN.key()),
                        "audience",
                        account),
                400,
                "invalid_request",
                "invalid_request");
        refused(
                exchange(basic(PLAIN).formParam("client_id", "proven"), "audience", account),
                400,
                "invalid_request",
                "invalid_request");
        refused(
                exchange(inBody(given(), "plain", PLAIN.key()).formParam("client_id", "proven"), "audience", account),
                400,
                "invalid_request",
                "invalid_request");
    }

    @Test
    void theBodyNamesNoOtherClientThanTheHeader() {
        var robot = sandbox().fusionAuth().issueToken(good -> good.subject(ROBOT));

        for (var credential : List.of(PLAIN.key(), robot)) {
            refused(
                    exchange(
                            given().header("Authorization", "Bearer " + credential)
                                    .formParam("client_id", "proven"),
                            "audience",
                            account),
                    400,
                    "invalid_request",
                    "invalid_request");
        }
        exchange(
                        given().header("Authorization", "Bearer " + PLAIN.key()).formParam("client_id", "plain"),
                        "audience",
                        account)
                .then()
                .statusCode(200);
        exchange(
                        given().header("Authorization", "Bearer " + robot).formParam("client_id", "robot"),
                        "audience",
                        account)
                .then()
                .statusCode(200);
    }

    @Test
    void theBodyProvesNobodyElsewhere() {
        given().contentType(FORM)
                .formParam("client_id", "plain")
                .formParam("client_secret", PLAIN.key())
                .post("/accounts/{id}/token", account)
                .then()
                .statusCode(401)
                .contentType("application/problem+json");
    }

    @Test
    void whatThePolicyDoesNotAllowIsRefusedByItsRule() {
        refused(exchange(ARM_ONLY, "audience", account, "resource", GRAPH), 400, "invalid_target", "forbidden")
                .body(json("error_description", containsString("broker.clients.<name>.resources")));
        refused(exchange(SCOPED, "audience", account, "scope", "Mail.Read"), 400, "invalid_scope", "forbidden");
        exchange(SCOPED, "audience", account, "scope", "User.Read").then().statusCode(200);
        refused(exchange(FABRIKAM_ONLY, "audience", account), 400, "unauthorized_client", "forbidden");
        refused(
                exchange(FABRIKAM_ONLY, "audience", account, "resource", ARM, "scope", "User.Read"),
                400,
                "unauthorized_client",
                "forbidden");
        refused(exchange(PROVEN, "audience", account), 400, "unauthorized_client", "forbidden")
                .body(json("error_description", containsString("subject_token")));
    }

    @Test
    void aUsedUpRateIsSaidInBothWays() {
        TestTime.advance(Duration.ofMinutes(2));
        exchange(SLOW, "audience", account)
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", equalTo("\"default\";q=1;w=60"))
                .header("RateLimit", startsWith("\"default\";r=0;t="));

        var refused = exchange(SLOW, "audience", account);

        refused(refused, 429, "temporarily_unavailable", "rate_limited");
        assertThat(refused.header("RateLimit")).isEqualTo("\"default\";r=0;t=" + refused.header("Retry-After"));
    }

    @Test
    void whatIsRefusedBeforeTheMintCountsToo() {
        TestTime.advance(Duration.ofMinutes(4));
        var wrongSubject =
                new String[] {"audience", account, "subject_token", "x", "subject_token_type", TYPE + "access_token"};
        refused(exchange(SLOW, wrongSubject), 400, "invalid_request", "invalid_request");

        refused(exchange(SLOW, wrongSubject), 429, "temporarily_unavailable", "rate_limited");
    }

    @Test
    void anAccountThatNeedsThePersonIsAnInvalidGrantReadyForStart() {
        sandbox().entra().directory().revokeSessions(BLAKE);

        refused(exchange(PLAIN, "audience", account, "resource", ARM), 400, "invalid_grant", "reauthorization_required")
                .body(json("account_id", equalTo(account)))
                .body(json("reauthorize.account_id", equalTo(account)))
                .body(json("reauthorize.provider_id", equalTo(Sandbox.CONTOSO.toString())));
    }

    @ParameterizedTest
    @CsvSource({
        "50076, 400, invalid_grant,           interaction_required",
        "65001, 400, invalid_grant,           consent_required",
        "53003, 400, invalid_grant,           blocked_by_policy",
        "50057, 400, invalid_grant,           account_disabled",
        "70011, 400, invalid_scope,           invalid_scope",
        "500011, 400, invalid_target,         invalid_target",
        "7000215, 502, server_error,          provider_misconfigured",
        "50196, 503, temporarily_unavailable, provider_unavailable"
    })
    void whatTheTenantRefusesIsSaidInTheWordsOfOAuth(int aadsts, int status, String error, String code) {
        sandbox().entra().faults().add(EntraFault.aadsts(aadsts));

        var answer = exchange(PLAIN, "audience", account, "resource", ARM);

        refused(answer, status, error, code);
        assertThat(answer.header("Retry-After") != null).isEqualTo(status == 503);
        assertThat(answer.header("WWW-Authenticate")).isNull();
    }

    @Test
    void theTenantsClaimsAndSuberrorAreHandedOn() {
        sandbox().entra().faults().add(EntraFault.aadsts(50076).onResource(ARM));

        var problem = Broker.bearer(PLAIN.key()).body(Map.of("resource", ARM)).post("/accounts/{id}/token", account);
        var answer = exchange(PLAIN, "audience", account, "resource", ARM);

        refused(answer, 400, "invalid_grant", "interaction_required")
                .body(json("claims", equalTo(at(problem, "reauthorize.claims"))))
                .body(json("suberror", equalTo(at(problem, "upstream.suberror"))))
                .body(json("reauthorize", equalTo(at(problem, "reauthorize"))));
    }

    @Test
    void aFusionAuthThatIsAwayIsNotTheClientsFault() {
        sandbox()
                .fusionAuth()
                .fault(io.tokenbroker.sandbox.fusionauth.FusionAuthFault.of(
                                io.tokenbroker.sandbox.fusionauth.FusionAuthFault.Kind.UNAVAILABLE_503)
                        .on("GET", LINK_API));
        TestTime.advance(Duration.ofSeconds(31));

        var answer = exchange(PLAIN, "audience", account);

        refused(answer, 503, "temporarily_unavailable", "fusionauth_unavailable");
        assertThat(answer.header("Retry-After")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/accounts/acc_x/oauth2/token"})
    void whatHttpRefusesHasTheSameShape(String path) {
        var get = given().get(path);
        refused(get, 405, "invalid_request", "method_not_allowed");
        assertThat(get.header("Allow")).isEqualTo("OPTIONS, POST");
        refused(basic(PLAIN).accept("text/html").post(path), 406, "invalid_request", "not_acceptable");
        refused(
                basic(PLAIN).contentType("application/json").body("{}").post(path),
                415,
                "invalid_request",
                "unsupported_media_type");
        refused(basic(PLAIN).body("a=" + "x".repeat(70_000)).post(path), 413, "invalid_request", "content_too_large");
        refused(basic(PLAIN).post(path), 400, "invalid_request", "invalid_request")
                .body(json("error_description", containsString("grant_type")));
        refused(given().contentType("application/json").body("{}").post(path), 401, "invalid_client", "unauthorized");
    }

    @Test
    void theMetadataIsWhatClientsAskFirst() {
        var broker = RestAssured.baseURI + ":" + RestAssured.port;

        given().get("/.well-known/oauth-authorization-server")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body(json("issuer", equalTo(broker)))
                .body(json("token_endpoint", equalTo(broker + "/oauth2/token")))
                .body(json("grant_types_supported", equalTo(List.of(GRANT))))
                .body(json("response_types_supported", hasSize(0)))
                .body(json(
                        "token_endpoint_auth_methods_supported",
                        equalTo(List.of("client_secret_basic", "client_secret_post"))));
    }

    @Test
    void theMetadataNamesTheBrokerAsTheProxyDoes() {
        given().header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "broker.example")
                .get("/.well-known/oauth-authorization-server")
                .then()
                .statusCode(200)
                .body(json("issuer", equalTo("https://broker.example")))
                .body(json("token_endpoint", equalTo("https://broker.example/oauth2/token")));
    }

    @Test
    void theMetricsNameNoAccount() {
        basic(PLAIN).formParam("grant_type", GRANT).post("/accounts/{id}/oauth2/token", account);
        given().get("/accounts/{id}/oauth2/token", account);

        var metrics = Management.given().get("/q/metrics").asString();

        assertThat(metrics).contains("uri=\"/accounts/{id}/oauth2/token\"").doesNotContain(account);
    }

    private static void assertAudience(Response answer, String resource) {
        answer.then().statusCode(200);
        assertThat(introspect(answer).audience()).startsWith(resource);
    }

    private static ValidatableResponse refused(Response answer, int status, String error, String brokerCode) {
        assertThat(answer.statusCode() + " " + answer.asString()).startsWith(status + " {\"error\":\"" + error + "\"");
        return answer.then()
                .contentType("application/json")
                .header("Cache-Control", equalTo("no-store"))
                .body(json("broker_code", equalTo(brokerCode)))
                .body(json("error_description", not(equalTo(""))))
                .body(json("request_id", equalTo(answer.header("X-Request-Id"))))
                .body(json("$", allOf(not(hasKey("type")), not(hasKey("code")))));
    }

    private Response inPath(String... parameters) {
        return send(basic(PLAIN).formParam("grant_type", GRANT), "/accounts/" + account + "/oauth2/token", parameters);
    }

    /** An exchange for Alice. */
    private static Response of(ClientKey client, String... parameters) {
        var request = subject(client, FusionAuthStandIn.ALICE_ID, TYPE + "access_token");
        return send(request, "/oauth2/token", parameters);
    }

    /** An exchange with this token of Alice's as the subject. */
    private Response withToken(Consumer<TokenRecipe> recipe) {
        return exchange(
                PLAIN,
                "audience",
                account,
                "subject_token",
                sandbox().fusionAuth().issueToken(recipe),
                "subject_token_type",
                TYPE + "access_token");
    }

    private Response hinted(ClientKey client, String hint) {
        return subject(client, FusionAuthStandIn.ALICE_ID, TYPE + "access_token")
                .formParam("login_hint", hint)
                .post("/oauth2/token");
    }

    private static RequestSpecification subject(ClientKey client, UUID user, String type) {
        return basic(client)
                .formParam("grant_type", GRANT)
                .formParam("subject_token", sandbox().fusionAuth().accessToken(user))
                .formParam("subject_token_type", type);
    }

    private static Response exchange(ClientKey client, String... parameters) {
        return exchange(basic(client), parameters);
    }

    private static Response exchange(RequestSpecification caller, String... parameters) {
        return send(caller.contentType(FORM).formParam("grant_type", GRANT), "/oauth2/token", parameters);
    }

    private static Response send(RequestSpecification request, String path, String... parameters) {
        for (var i = 0; i < parameters.length; i += 2) {
            request.formParam(parameters[i], parameters[i + 1]);
        }
        return request.post(path);
    }

    private static RequestSpecification basic(ClientKey client) {
        return as(given().contentType(FORM), client.name(), client.key());
    }

    private static RequestSpecification as(RequestSpecification request, String name, String key) {
        return request.auth().preemptive().basic(name, key);
    }

    private static RequestSpecification inBody(RequestSpecification request, String name, String key) {
        return request.formParam("client_id", name).formParam("client_secret", key);
    }

    private static Arguments stranger(String what, UnaryOperator<RequestSpecification> proof) {
        return Arguments.of(what, proof);
    }

    private static Arguments row(String what, String form, String error, String said) {
        return Arguments.of(what, form, error, said);
    }

    private static Map<String, Object> withoutRequestId(Response answer) {
        var body = Json.<Map<String, Object>>at(answer, "$");
        body.remove("request_id");
        return body;
    }
}
