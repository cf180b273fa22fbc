package io.tokenbroker.door;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.DoorSettings.ARM;
import static io.tokenbroker.support.DoorSettings.sha256;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.http.RawHttp;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers of App Service, to the letter that its readers need. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class ManagedIdentityTest extends BrokerTest {

    private static final String IDENTITY = "X-IDENTITY-HEADER";
    private static final String OLD_FORM = "2017-09-01";
    private static final String NEW_FORM = "2019-08-01";

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void theAnswerIsAppServicesInItsOrderAndEverythingIsText() {
        var answer = token(account, ARM);

        answer.then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body(json("client_id", equalTo(account)))
                .body(json("resource", equalTo(ARM)))
                .body(json("token_type", equalTo("Bearer")));
        assertThat(answer.asString())
                .matches(
                        "\\{\"access_token\":\"[^\"]+\",\"client_id\":\"[^\"]+\",\"expires_in\":\"\\d+\",\"expires_on\":\"\\d+\","
                                + "\"resource\":\"[^\"]+\",\"token_type\":\"Bearer\"}");
        var end = Instant.ofEpochSecond(Long.parseLong(at(answer, "expires_on")));
        assertThat(end).isCloseTo(introspect(answer).expires(), within(2, ChronoUnit.SECONDS));
        assertThat(Instant.now().plusSeconds(Long.parseLong(at(answer, "expires_in"))))
                .isCloseTo(end, within(3, ChronoUnit.SECONDS));
    }

    @Test
    void theTokenIsThatOfAnyOtherDoor() {
        var minted = mint(account, ARM);

        token(account, ARM).then().body(json("access_token", equalTo(at(minted, "access_token"))));

        assertThat(introspect(minted).user()).isEqualTo(BLAKE);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void theOlderFormHasItsHeaderItsNameForTheAccountAndADateInText() {
        var answer = given().header("secret", Sandbox.DEMO_KEY)
                .queryParam("api-version", OLD_FORM)
                .queryParam("resource", ARM)
                .queryParam("clientid", account)
                .get("/msi/token");

        answer.then().statusCode(200).body(json("client_id", equalTo(account))).body(json("resource", equalTo(ARM)));
        var end =
                OffsetDateTime.parse(at(answer, "expires_on"), DateTimeFormatter.ofPattern("MM/dd/yyyy HH:mm:ss xxx"));
        assertThat(end.toInstant()).isCloseTo(introspect(answer).expires(), within(2, ChronoUnit.SECONDS));
    }

    @Test
    void thePathCanNameTheAccountInBothForms() {
        for (var version : List.of(NEW_FORM, OLD_FORM)) {
            identity()
                    .queryParam("api-version", version)
                    .queryParam("resource", ARM)
                    .get("/accounts/{id}/msi/token", account)
                    .then()
                    .statusCode(200)
                    .body(json("client_id", equalTo(account)));
        }
        asked(Map.of("client_id", account))
                .get("/accounts/{id}/msi/token", account)
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {IDENTITY, "x-identity-header", "secret", "x-ms-identity"})
    void theKeyIsReadWhereItsSendersPutIt(String header) {
        var request = given().header(header, Sandbox.DEMO_KEY)
                .queryParam("api-version", NEW_FORM)
                .queryParam("resource", ARM)
                .queryParam("client_id", account);

        request.get("/msi/token").then().statusCode(200);
        request.header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .get("/msi/token")
                .then()
                .statusCode(200);
    }

    @Test
    void anAddressWithASlashTooManyStillWorks() {
        asked(Map.of("client_id", account)).get("/msi/token/").then().statusCode(200);
        var line = "GET //msi/token?api-version=2019-08-01&resource=%s&client_id=%s".formatted(ARM, account);
        assertThat(RawHttp.send(line, IDENTITY + ": " + Sandbox.DEMO_KEY + "\r\n", "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatSdksAddToARequestDoesNotDisturb() {
        asked(Map.of("client_id", account, "xms_cc", "cp1", "claims", "{}"))
                .header("Metadata", "true")
                .header("Content-Type", "text/plain")
                .body("nothing to see")
                .get("/msi/token")
                .then()
                .statusCode(200);
        asked(Map.of("client_id", account)).head("/msi/token").then().statusCode(200);
    }

    @Test
    void claimsAreNotSentOnSoNoTokenIsOneOfContinuousEvaluation() {
        asked(Map.of("client_id", account, "xms_cc", "cp1", "claims", "{\"access_token\":{\"xms_cc\":{}}}"))
                .get("/msi/token")
                .then()
                .statusCode(200);

        assertThat(refreshRequests().getLast().form()).doesNotContainKeys("claims", "xms_cc");
    }

    @Test
    void aTokenOfContinuousEvaluationThatAnotherDoorGaveIsNotGivenHere() {
        var capable = "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}";
        var other = Broker.mint(account, Map.of("resource", GRAPH, "claims", capable));
        other.then().statusCode(200);

        var here = token(account, GRAPH);

        here.then().statusCode(200).body(json("access_token", not(equalTo(at(other, "access_token")))));
        assertThat(Integer.parseInt(at(here, "expires_in"))).isLessThan(2 * 3600);
    }

    @Test
    void tenMinutesAreLeftSoThatAnSdkKeepsTheToken() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)));
        var first = token(account, ARM);

        TestTime.advance(Duration.ofSeconds(390));
        token(account, ARM).then().body(json("access_token", equalTo(at(first, "access_token"))));
        TestTime.advance(Duration.ofSeconds(15));
        token(account, ARM).then().body(json("access_token", not(equalTo(at(first, "access_token")))));
    }

    @Test
    void whereNoTokenLivesThatLongItsFirstFifthDoes() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofMinutes(5)));
        var first = token(account, ARM);

        TestTime.advance(Duration.ofSeconds(50));
        token(account, ARM).then().body(json("access_token", equalTo(at(first, "access_token"))));
        TestTime.advance(Duration.ofSeconds(15));
        token(account, ARM).then().body(json("access_token", not(equalTo(at(first, "access_token")))));
    }

    @Test
    void whileTheTenantIsAwayATokenThatStillLivesIsGiven() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)).times(1));
        var first = token(account, ARM);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));

        TestTime.advance(Duration.ofMinutes(15));
        token(account, ARM).then().statusCode(200).body(json("access_token", equalTo(at(first, "access_token"))));
    }

    @Test
    void aTokenThatItsResourceRejectedIsNotGivenAgain() {
        var first = token(account, ARM);
        var rejected = Map.of("client_id", account, "token_sha256_to_refresh", sha256(at(first, "access_token")));

        var second = asked(rejected).get("/msi/token");
        second.then().statusCode(200).body(json("access_token", not(equalTo(at(first, "access_token")))));

        asked(rejected).get("/msi/token").then().body(json("access_token", equalTo(at(second, "access_token"))));
        token(account, ARM).then().body(json("access_token", equalTo(at(second, "access_token"))));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void aDigestOfAnotherTokenChangesNothing() {
        var first = token(account, ARM);

        asked(Map.of("client_id", account, "token_sha256_to_refresh", sha256("another")))
                .get("/msi/token")
                .then()
                .body(json("access_token", equalTo(at(first, "access_token"))));
    }

    @Test
    void aRejectedTokenIsNotGivenEvenWhileTheTenantIsAway() {
        var first = token(account, ARM);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));

        var answer = asked(Map.of("client_id", account, "token_sha256_to_refresh", sha256(at(first, "access_token"))))
                .get("/msi/token");

        refused(answer, 503, "provider_unavailable");
        refused(token(account, ARM), 503, "provider_unavailable");
    }

    @Test
    void whoeverAsksWhileARejectedTokenIsReplacedGetsTheNewOne() {
        var first = by(DoorSettings.NARROW, account, ARM);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = CompletableFuture.supplyAsync(() -> rejecting(first), threads);
            Waiting.until(() -> sandbox().entra().faults().hanging() == 1);
            var two = CompletableFuture.supplyAsync(() -> rejecting(first), threads);
            var plain = CompletableFuture.supplyAsync(() -> by(DoorSettings.NARROW, account, ARM), threads);
            assertThatThrownBy(() -> two.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            sandbox().entra().faults().release();

            var second = one.join();
            second.then().statusCode(200).body(json("access_token", not(equalTo(at(first, "access_token")))));
            for (var other : List.of(two, plain)) {
                other.join().then().statusCode(200).body(json("access_token", equalTo(at(second, "access_token"))));
            }
        }
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void twoWhoRejectTheSameTokenAtOnceShareOneNewOne() {
        var first = by(DoorSettings.NARROW, account, ARM);
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> rejecting(first), threads))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers).allSatisfy(answer -> answer.then().statusCode(200));
            assertThat(answers.stream().map(answer -> Json.<String>at(answer, "access_token")))
                    .doesNotContain(Json.<String>at(first, "access_token"))
                    .containsOnly(Json.<String>at(answers.getFirst(), "access_token"));
        }
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void whoRejectsOneTokenAfterTheOtherMustWait() {
        var first = by(DoorSettings.NARROW, account, ARM);
        var second = rejecting(first);

        var tooEarly = rejecting(second);

        assertThat(refused(tooEarly, 429, "rate_limited")).matches(".* in \\d+ seconds.*");
        assertThat(Integer.parseInt(tooEarly.header("Retry-After"))).isBetween(25, 30);
        rejecting(first).then().statusCode(200).body(json("access_token", equalTo(at(second, "access_token"))));
        TestTime.advance(Duration.ofSeconds(30));
        rejecting(second).then().statusCode(200).body(json("access_token", not(equalTo(at(second, "access_token")))));
    }

    @Test
    void aRejectionThatNoTenantAnsweredMayBeFollowedByAnother() {
        var first = by(DoorSettings.NARROW, account, ARM);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.UNAVAILABLE));
        refused(rejecting(first), 503, "provider_unavailable");
        sandbox().entra().faults().clear();
        TestTime.advance(Duration.ofSeconds(11));
        var second = by(DoorSettings.NARROW, account, ARM);
        second.then().statusCode(200);

        rejecting(second).then().statusCode(200).body(json("access_token", not(equalTo(at(second, "access_token")))));
    }

    static Stream<Arguments> resources() {
        return Stream.of(
                Arguments.of(ARM, ARM + "/.default"),
                Arguments.of(ARM + "/", ARM + "//.default"),
                Arguments.of(ARM + "/.default", ARM + "/.default"),
                Arguments.of(GRAPH, GRAPH + "/.default"),
                Arguments.of(GRAPH + "/", GRAPH + "//.default"),
                Arguments.of(GRAPH + "/User.Read", GRAPH + "/User.Read"),
                Arguments.of("api://orders", "api://orders/.default"));
    }

    @ParameterizedTest
    @MethodSource("resources")
    void aResourceStandsForAllOfItAndAScopeOfGraphForItself(String resource, String scope) {
        token(account, resource).then().statusCode(200).body(json("resource", equalTo(resource)));

        assertThat(String.valueOf(refreshRequests().getLast().form().get("scope"))
                        .split(" ", -1))
                .contains(scope);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("api-version", "api-version=&resource=a&client_id=acc_x"),
                Arguments.of("api-version", "resource=a&client_id=acc_x"),
                Arguments.of("api-version", "api-version=2018-02-01&resource=a&client_id=acc_x"),
                Arguments.of("api-version", "api-version=2019-08-01&api-version=2019-08-01&resource=a&client_id=acc_x"),
                Arguments.of("resource", "api-version=2019-08-01&client_id=acc_x"),
                Arguments.of("resource", "api-version=2019-08-01&resource=&client_id=acc_x"),
                Arguments.of("resource", "api-version=2019-08-01&resource=a&resource=b&client_id=acc_x"),
                Arguments.of("resource", "api-version=2019-08-01&resource=a%20b&client_id=acc_x"),
                Arguments.of("client_id", "api-version=2019-08-01&resource=a"),
                Arguments.of("client_id", "api-version=2019-08-01&resource=a&client_id="),
                Arguments.of("client_id", "api-version=2019-08-01&resource=a&client_id=acc_x&client_id=acc_x"),
                Arguments.of("client_id", "api-version=2019-08-01&resource=a&client_id=acc_x&clientid=acc_y"),
                Arguments.of("object_id", "api-version=2019-08-01&resource=a&object_id=o"),
                Arguments.of("principal_id", "api-version=2019-08-01&resource=a&client_id=acc_x&principal_id=o"),
                Arguments.of("mi_res_id", "api-version=2019-08-01&resource=a&mi_res_id=o"),
                Arguments.of("msi_res_id", "api-version=2019-08-01&resource=a&msi_res_id=o"),
                Arguments.of(
                        "token_sha256_to_refresh",
                        "api-version=2019-08-01&resource=a&client_id=acc_x&token_sha256_to_refresh=abc"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatCannotBeMeantIsRefusedByItsName(String field, String query) {
        var answer = identity().urlEncodingEnabled(false).get("/msi/token?" + query);

        assertThat(refused(answer, 400, "invalid_request")).startsWith("The field '" + field + "' ");
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void theTwoVersionsAreNamedWhereNeitherIsAskedFor() {
        assertThat(refused(identity().get("/msi/token"), 400, "invalid_request"))
                .contains(NEW_FORM, OLD_FORM);
    }

    @Test
    void thePathAndTheQueryMustNotNameTwoAccounts() {
        var answer = asked(Map.of("client_id", "acc_other")).get("/accounts/{id}/msi/token", account);

        assertThat(refused(answer, 400, "invalid_request")).contains("client_id");
    }

    @Test
    void aQueryThatCannotBeDecodedIsRefused() {
        var key = IDENTITY + ": " + Sandbox.DEMO_KEY + "\r\n";

        assertThat(RawHttp.send("GET /msi/token?resource=%zz", key, "").status())
                .isEqualTo(400);
    }

    /** What of a request is other than in one that works, and how it is refused. */
    static Stream<Arguments> callers() {
        return Stream.of(
                caller("no key", request -> request, 401, "unauthorized"),
                caller("nothing as key", request -> request.header(IDENTITY, ""), 401, "unauthorized"),
                caller("a wrong key", request -> request.header(IDENTITY, Sandbox.DEMO_KEY + "x"), 401, "unauthorized"),
                caller(
                        "a wrong Authorization",
                        request -> request.header("Authorization", "Bearer tbk_x"),
                        401,
                        "unauthorized"),
                caller(
                        "a user's token in the header of a key",
                        request -> request.header(IDENTITY, userToken()),
                        401,
                        "unauthorized"),
                caller("a user", request -> request.header("Authorization", "Bearer " + userToken()), 403, "forbidden"),
                caller(
                        "two clients",
                        request -> request.header(IDENTITY, Sandbox.DEMO_KEY).header("secret", DoorSettings.NARROW),
                        400,
                        "invalid_request"),
                caller(
                        "a user beside a client",
                        request -> request.header(IDENTITY, Sandbox.DEMO_KEY)
                                .header("Authorization", "Bearer " + userToken()),
                        400,
                        "invalid_request"),
                caller(
                        "another client beside a client",
                        request -> request.header(IDENTITY, Sandbox.DEMO_KEY)
                                .header("Authorization", "Bearer " + DoorSettings.NARROW),
                        400,
                        "invalid_request"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("callers")
    void whoIsNoClientIsRefused(String what, UnaryOperator<RequestSpecification> as, int status, String error) {
        var query = Map.of("api-version", NEW_FORM, "resource", ARM, "client_id", account);
        for (var path : List.of("/msi/token", "/accounts/" + account + "/msi/token")) {
            var answer = as.apply(given()).queryParams(query).get(path);

            refused(answer, status, error);
            assertThat(answer.header("WWW-Authenticate") != null).isEqualTo(status == 401);
        }
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void ofTheHeadersOfThisDoorOnlyTheContractsOpensOthers() {
        for (var header : List.of("secret", "x-ms-identity")) {
            given().header(header, Sandbox.DEMO_KEY)
                    .contentType("application/json")
                    .post("/accounts/{id}/token", account)
                    .then()
                    .statusCode(401);
        }
        given().header(IDENTITY, Sandbox.DEMO_KEY)
                .contentType("application/json")
                .post("/accounts/{id}/token", account)
                .then()
                .statusCode(200);
        given().header(IDENTITY, Sandbox.DEMO_KEY)
                .queryParam("user_id", FusionAuthStandIn.ALICE_ID)
                .get("/accounts/{id}", account)
                .then()
                .statusCode(200);
        given().header(IDENTITY, Sandbox.DEMO_KEY).get("/providers").then().statusCode(403);
        given().header(IDENTITY, Sandbox.DEMO_KEY)
                .header("Authorization", "Bearer " + DoorSettings.NARROW)
                .contentType("application/json")
                .body("{}")
                .post("/tokens")
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_request")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"acc_nobodys", "acc_!", "", "7b0f1c64-5c1b-4f1e-9f57-5a1d1b0d6f11"})
    void anAccountThatIsNoneIsRefusedAtOnceAndNeverMissing(String id) {
        var expected = id.isEmpty() ? "invalid_request" : "account_not_found";

        refused(asked(Map.of("client_id", id)).get("/msi/token"), 400, expected);
        if (!id.isEmpty()) {
            var text = refused(asked(Map.of()).get("/accounts/{id}/msi/token", id), 400, expected);
            assertThat(text).contains("AZURE_CLIENT_ID");
        }
    }

    @Test
    void aPolicyHoldsHereToo() {
        var casey = Broker.link(Sandbox.FABRIKAM, CASEY);

        by(DoorSettings.NARROW, account, ARM).then().statusCode(200);
        assertThat(refused(by(DoorSettings.NARROW, account, GRAPH), 403, "forbidden"))
                .contains("broker.clients.<name>.resources");
        assertThat(refused(by(DoorSettings.NARROW, account, GRAPH + "/User.Read"), 403, "forbidden"))
                .contains("broker.clients.<name>.resources");
        assertThat(refused(by(DoorSettings.NARROW, casey, ARM), 403, "forbidden"))
                .contains("broker.clients.<name>.providers");
    }

    @Test
    void aClientThatMintsTooOftenIsToldWhenToComeBack() {
        by(DoorSettings.LIMITED, account, ARM);
        by(DoorSettings.LIMITED, account, ARM);

        var answer = by(DoorSettings.LIMITED, account, ARM);

        assertThat(refused(answer, 429, "rate_limited")).contains(" in " + answer.header("Retry-After") + " seconds");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
    }

    @Test
    void aPersonWhoMustActIsTheTextsSubject() {
        sandbox().entra().directory().revokeSessions(BLAKE);

        assertThat(refused(token(account, ARM), 409, "reauthorization_required"))
                .contains("must authorize the account again", "POST /authorizations/start with account_id " + account);
        Broker.link(Sandbox.CONTOSO, BLAKE);
        assertThat(refused(token(account, "https://vault.azure.net"), 403, "consent_required"))
                .contains("has not consented");
    }

    @Test
    void aTenantThatIsAwaySaysWhenToComeBack() {
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.of(EntraFault.Kind.UNAVAILABLE).times(2));
        var away = token(account, ARM);

        assertThat(refused(away, 503, "provider_unavailable")).contains("no account is lost");
        assertThat(away.header("Retry-After")).isNotNull();
    }

    @Test
    void aTenantThatThrottlesSaysForHowLong() {
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofSeconds(40)).times(1));
        var throttled = token(account, ARM);

        assertThat(refused(throttled, 503, "provider_unavailable"))
                .contains("throttling", " in " + throttled.header("Retry-After") + " seconds");
        assertThat(Integer.parseInt(throttled.header("Retry-After"))).isBetween(30, 40);
    }

    @Test
    void whatHttpItselfRefusesLooksAlike() {
        for (var path : List.of("/msi/token", "/accounts/" + account + "/msi/token")) {
            var posted = identity().post(path);
            refused(posted, 405, "method_not_allowed");
            assertThat(posted.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
            refused(identity().accept("text/html").get(path), 406, "not_acceptable");
            refused(
                    identity()
                            .contentType("text/plain")
                            .body("x".repeat(70_000))
                            .get(path),
                    413,
                    "content_too_large");
        }
        assertThat(refused(identity().get("/elsewhere/msi/token"), 400, "not_found"))
                .contains("IDENTITY_ENDPOINT");
    }

    @Test
    void theAccountIsInNoMetric() {
        token(account, ARM);
        asked(Map.of()).get("/accounts/{id}/msi/token", account).then().statusCode(200);

        var metrics = Management.given().get("/q/metrics").asString();

        assertThat(metrics).contains("uri=\"/msi/token\"", "uri=\"/accounts/{id}/msi/token\"");
        assertThat(metrics).doesNotContain(account);
    }

    private static Arguments caller(String what, UnaryOperator<RequestSpecification> as, int status, String error) {
        return Arguments.of(what, as, status, error);
    }

    private static String userToken() {
        return sandbox().fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID);
    }

    /** A request of the client {@code demo}. */
    private static RequestSpecification identity() {
        return given().header(IDENTITY, Sandbox.DEMO_KEY);
    }

    private static RequestSpecification asked(Map<String, String> more) {
        return identity()
                .queryParam("api-version", NEW_FORM)
                .queryParam("resource", ARM)
                .queryParams(more);
    }

    private static Response token(String account, String resource) {
        return by(Sandbox.DEMO_KEY, account, resource);
    }

    /** A request of the client {@code narrow}, which may reject one token in half a minute. */
    private Response rejecting(Response answer) {
        return given().header(IDENTITY, DoorSettings.NARROW)
                .queryParam("api-version", NEW_FORM)
                .queryParam("resource", ARM)
                .queryParam("client_id", account)
                .queryParam("token_sha256_to_refresh", sha256(at(answer, "access_token")))
                .get("/msi/token");
    }

    private static Response by(String key, String account, String resource) {
        return given().header(IDENTITY, key)
                .queryParam("api-version", NEW_FORM)
                .queryParam("resource", resource)
                .queryParam("client_id", account)
                .get("/msi/token");
    }

    /** Fails unless it is a refusal with this status and code in the words of App Service; gives its text. */
    private static String refused(Response answer, int status, String error) {
        answer.then()
                .statusCode(status)
                .contentType("application/json")
                .body(json("statusCode", equalTo(status)))
                .body(json("error", equalTo(error)))
                .body(json("correlationId", equalTo(answer.header("X-Request-Id"))))
                .body(json("message", equalTo(error + ": " + at(answer, "error_description"))));
        assertThat(Json.<Map<String, Object>>at(answer, "$"))
                .containsOnlyKeys("statusCode", "error", "error_description", "message", "correlationId");
        return at(answer, "error_description");
    }
}
