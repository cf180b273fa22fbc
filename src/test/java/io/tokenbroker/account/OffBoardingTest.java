package io.tokenbroker.account;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.policy.PolicyClients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.User;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Contract;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A person who leaves: deactivated in FusionAuth, or taken off the application. */
@QuarkusTest
@TestProfile(PolicyClients.class)
class OffBoardingTest extends LinkingTest {

    private static final Map<String, Object> WELL_FORMED = Map.of(
            "startAuthorization",
                    Map.of("provider_id", Sandbox.CONTOSO, "redirect_uri", "https://app.example/callback"),
            "completeAuthorization", Map.of("state", "s", "code", "c"),
            "resolveAuthorization", Map.of("pending_link_id", "p"));

    private static final Duration RECHECK_AFTER = Duration.ofSeconds(30);
    private static final String DISABLED = "user_disabled";

    enum Leaving {
        DEACTIVATED,
        NOT_REGISTERED
    }

    private User person = User.of(UUID.randomUUID(), FusionAuthStandIn.TENANT_ID, null, null, Instant.EPOCH);
    private String account = "";
    private String token = "";

    @BeforeEach
    void link() {
        person = sandbox().fusionAuth().addUser("leaver@example.com", "Leaver");
        token = sandbox().fusionAuth().accessToken(person.id());
        account = Broker.link(person.id(), Sandbox.CONTOSO, BLAKE);
    }

    @AfterEach
    void takeBackThePerson() {
        sandbox().fusionAuth().removeUser(person.id());
    }

    @ParameterizedTest
    @EnumSource
    void noDoorGivesATokenOfTheirsUntilTheyAreBack(Leaving leaving) {
        allDoors()
                .forEach((door, ask) -> assertThat(ask.get().asString())
                        .as(door)
                        .doesNotContain(DISABLED)
                        .containsAnyOf("eyJ", account, "\"allowed\":true"));

        leave(leaving);
        allDoors().forEach((door, ask) -> {
            var answer = ask.get();
            assertThat(answer.asString()).as(door).contains(DISABLED).doesNotContain("eyJ");
            assertThat(answer.statusCode()).as(door).isEqualTo(statusOf(door));
        });

        comeBack();
        allDoors()
                .forEach(
                        (door, ask) -> assertThat(ask.get().asString()).as(door).doesNotContain(DISABLED));
    }

    @Test
    void noDoorIsLeftOut() {
        var asked = new HashSet<String>();
        RestAssured.filters((request, expected, context) -> {
            var path = URI.create(request.getURI()).getPath();
            asked.add(
                    Contract.operation(request.getMethod(), path).orElseThrow().id());
            return context.next(request, expected);
        });

        allDoors()
                .forEach((door, ask) ->
                        assertThat(ask.get().statusCode()).as(door).isEqualTo(200));

        assertThat(asked).containsAll(Contract.minting());
    }

    @ParameterizedTest
    @EnumSource
    void theyMayDoNothingThemselvesWithATokenThatIsStillValid(Leaving leaving) {
        leave(leaving);

        var asked = new ArrayList<String>();
        Contract.operations().stream()
                .filter(operation ->
                        operation.described().path("security").toString().contains("\"user\""))
                .forEach(operation -> {
                    var path = operation.path().replace("{id}", account);
                    var body = WELL_FORMED.getOrDefault(operation.id(), Map.of());
                    problem(me().body(body).request(operation.method(), path), 403, DISABLED);
                    asked.add(operation.id());
                });

        assertThat(asked)
                .contains(
                        "listProviders",
                        "startAuthorization",
                        "completeAuthorization",
                        "resolveAuthorization",
                        "listAccounts",
                        "getAccount",
                        "unlinkAccount");
        comeBack();
        me().get("/accounts/{id}", account).then().statusCode(200);
    }

    @Test
    void whatTheyHadBegunIsNotEnded() {
        var started = Broker.signIn(Broker.start(me(), Sandbox.FABRIKAM), "c@fabrikam.com");
        var pending = Broker.complete(me(), Broker.signIn(Broker.start(me(), Sandbox.ADATUM), "d@adatum.com"));
        pending.then().statusCode(202);
        var completes = completes();
        leave(Leaving.DEACTIVATED);

        problem(Broker.complete(me(), started), 403, DISABLED);
        problem(Broker.resolve(me(), at(pending, "pending_link_id")), 403, DISABLED);

        assertThat(completes()).isEqualTo(completes);
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
        comeBack();
        Broker.complete(me(), started).then().statusCode(202);
        Broker.resolve(me(), at(pending, "pending_link_id")).then().statusCode(200);
    }

    @Test
    void aClientWithoutTheirProvidersHearsNothingOfIt() {
        leave(Leaving.DEACTIVATED);

        assertThat(Json.<List<?>>at(
                        Broker.bearer(DoorSettings.NARROW).get("/accounts?user_id=" + UUID.randomUUID()), "accounts"))
                .isEmpty();
        problem(
                Broker.client().get("/accounts/{id}?user_id=" + FusionAuthStandIn.ALICE_ID, account),
                404,
                "account_not_found");
    }

    @Test
    void aPersonIsReadOnceForAllTheirAccounts() {
        var accounts = new ArrayList<>(List.of(account));
        var provider = plainProvider();
        var plain = add(provider.registered("Plain"));
        for (var i = 0; i < 5; i++) {
            var identity = "of-many-" + i;
            sandbox().fusionAuth().addLink(person.id(), plain, identity, identity, provider.refreshToken(identity));
            accounts.add(new AccountId(plain, identity).toString());
        }
        advance(RECHECK_AFTER);
        var before = userReads();

        for (var one : accounts) {
            Broker.mint(one, Map.of()).then().statusCode(200);
            me().get("/accounts").then().statusCode(200);
            // A person in use is read ahead of time after 20 s, and the test itself takes seconds.
            advance(Duration.ofSeconds(1));
        }

        assertThat(userReads() - before).isEqualTo(1);
    }

    private void leave(Leaving leaving) {
        sandbox()
                .fusionAuth()
                .putUser(
                        switch (leaving) {
                            case DEACTIVATED -> person.withActive(false);
                            case NOT_REGISTERED ->
                                User.of(person.id(), person.tenantId(), "leaver@example.com", "Leaver", Instant.now());
                        });
        advance(RECHECK_AFTER);
    }

    private void comeBack() {
        sandbox().fusionAuth().putUser(person);
        advance(RECHECK_AFTER);
    }

    /** Every way for a back end to something of the account. */
    private Map<String, Supplier<Response>> allDoors() {
        var named = Map.of("account_id", account, "resource", ARM);
        var doors = new TreeMap<String, Supplier<Response>>();
        doors.put("mint", () -> Broker.mint(account, Map.of("resource", ARM)));
        doors.put(
                "batch",
                () -> Broker.client().body(Map.of("requests", List.of(named))).post("/tokens"));
        doors.put("explain", () -> Broker.client().body(named).post("/policy/explain"));
        doors.put(
                "exchange",
                () -> DoorSettings.exchange(ARM).formParam("audience", account).post("/oauth2/token"));
        doors.put(
                "exchange at the account",
                () -> DoorSettings.exchange(ARM).post("/accounts/{id}/oauth2/token", account));
        doors.put(
                "exchange by the person's token",
                () -> byTheirToken().formParam("login_hint", BLAKE).post("/oauth2/token"));
        doors.put(
                "exchange by the provider's name",
                () -> byTheirToken().formParam("audience", "Contoso").post("/oauth2/token"));
        doors.put(
                "identity",
                () -> DoorSettings.identity(ARM)
                        .queryParam("client_id", account)
                        .get("/msi/token"));
        doors.put("identity at the account", () -> DoorSettings.identity(ARM).get("/accounts/{id}/msi/token", account));
        doors.put(
                "azd",
                () -> Broker.bearer(DoorSettings.AZD)
                        .queryParam("api-version", "2023-07-12-preview")
                        .body(Map.of("scopes", List.of(ARM + "/.default")))
                        .post("/azd/token"));
        doors.put("list", () -> Broker.client().get("/accounts?user_id=" + person.id()));
        doors.put("read", () -> Broker.client().get("/accounts/{id}?user_id=" + person.id(), account));
        return doors;
    }

    private RequestSpecification byTheirToken() {
        return DoorSettings.exchange(ARM)
                .formParam("subject_token", token)
                .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
    }

    private static int statusOf(String door) {
        return switch (door) {
            // These always answer so, and say in the body what became of it.
            case "batch", "azd" -> 200;
            default -> door.startsWith("exchange") ? 400 : 403;
        };
    }

    private RequestSpecification me() {
        return Broker.bearer(token);
    }

    private long userReads() {
        return sandbox().fusionAuth().requests().stream()
                .filter(request -> request.path().equals("/api/user/" + person.id()))
                .count();
    }
}
