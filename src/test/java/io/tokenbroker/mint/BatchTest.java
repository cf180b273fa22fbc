package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.ORDERS;
import static io.tokenbroker.mint.Minting.introspect;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several mints in one call. */
@QuarkusTest
@Timeout(60)
class BatchTest extends BrokerTest {

    private static final String VAULT = "https://vault.azure.net";

    private static final AtomicInteger USED = new AtomicInteger();

    @Test
    void eachEndsOnItsOwnAndInItsPlace() {
        var blake = Broker.link(Sandbox.CONTOSO, BLAKE);
        var casey = Broker.link(Sandbox.FABRIKAM, CASEY);
        mint(blake, GRAPH).then().statusCode(200);

        var answer = batch(item(casey, ARM), item("acc_nobodys", ARM), item(blake, VAULT), item(blake, GRAPH));

        answer.then()
                .statusCode(200)
                .header("Cache-Control", equalTo("no-store"))
                .body(json("results", hasSize(4)))
                .body(json("results", everyItem(aMapWithSize(1))))
                .body(json("results[0].token.source", equalTo("refresh")))
                .body(json("results[0].token.account_id", equalTo(casey)))
                .body(json("results[1].problem.code", equalTo("account_not_found")))
                .body(json("results[1].problem.status", equalTo(404)))
                .body(json("results[1].problem.request_id", equalTo(answer.header("X-Request-Id"))))
                .body(json("results[2].problem.code", equalTo("consent_required")))
                .body(json("results[2].problem.reauthorize.account_id", equalTo(blake)))
                .body(json("results[3].token.source", equalTo("cache")));
        var introspected = sandbox().entra().introspect(at(answer, "results[0].token.access_token"));
        assertThat(introspected.user()).isEqualTo(CASEY);
    }

    @Test
    void aResultIsWhatAMintOfItsOwnAnswers() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var alone = mint(account, ARM);

        var token = batch(item(account, ARM)).then().body(json("results[0]", aMapWithSize(1)));

        token.body(json(
                        "results[0].token.keys()",
                        equalTo(Json.<Map<String, Object>>at(alone, "$").keySet())))
                .body(json("results[0].token.access_token", equalTo(at(alone, "access_token"))));
        assertThat(introspect(alone).active()).isTrue();
    }

    @Test
    void oneThatIsMalformedIsRefusedAlone() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var unknown = new HashMap<>(item(account, ARM));
        unknown.put("colour", "red");

        var answer = batch(
                unknown,
                Map.of("account_id", account, "min_validity", "long"),
                Map.of("resource", ARM),
                Map.of("account_id", account, "resource", ARM, "scopes", List.of("User.Read")),
                List.of(),
                item(account, ARM));

        answer.then()
                .statusCode(200)
                .body(json("results[0:5].problem.code", equalTo(Collections.nCopies(5, "invalid_request"))))
                .body(json("results[0].problem.errors[0].field", equalTo("colour")))
                .body(json("results[1].problem.errors[0].field", equalTo("min_validity")))
                .body(json("results[2].problem.errors[0].field", equalTo("account_id")))
                .body(json("results[3].problem.errors[0].field", equalTo("scopes")))
                .body(json("results[5].token.token_type", equalTo("Bearer")));
    }

    @Test
    void nothingIsNoMint() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        Broker.client()
                .body("{\"requests\":[null,{\"account_id\":\"%s\",\"resource\":\"%s\"}]}".formatted(account, ARM))
                .post("/tokens")
                .then()
                .statusCode(200)
                .body(json("results[0].problem.code", equalTo("invalid_request")))
                .body(json("results[1].token.account_id", equalTo(account)));
    }

    @Test
    void theyRunAtTheSameTime() {
        var items = accountsAt(10).stream().map(account -> item(account, ARM)).toArray();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = CompletableFuture.supplyAsync(() -> batch(items), threads);
            Waiting.until(() -> sandbox().entra().faults().hanging() >= items.length);
            sandbox().entra().faults().clear();

            answer.join().then().statusCode(200).body(json("results[*].token", hasSize(items.length)));
        }
    }

    @Test
    void sixteenOfAProviderAreAskedForAtOnceAndTheOrderIsKept() {
        var accounts = accountsAtBoth();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = CompletableFuture.supplyAsync(() -> batch(items(accounts)), threads);
            // The one of the other provider, and as many as may be asked for at once.
            Waiting.until(() -> sandbox().entra().faults().hanging() == 1 + 16);
            sandbox().entra().faults().clear();

            answer.join().then().statusCode(200).body(json("results[*].token.account_id", equalTo(accounts)));
        }
    }

    @Test
    void noMoreThanSixteenOfAProviderAreAskedForAtOnce() {
        var accounts = accountsAtBoth();
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));

        batch(items(accounts)).then().statusCode(200).body(json("results[*].token.account_id", equalTo(accounts)));

        assertThat(sandbox().entra().faults().mostSlow()).isBetween(2, 1 + 16);
    }

    private static List<String> accountsAtBoth() {
        var accounts = new ArrayList<>(accountsAt(27));
        accounts.add(Broker.link(Sandbox.FABRIKAM, CASEY));
        return accounts;
    }

    @Test
    void severalResourcesOfAnAccountTakeTurns() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        batch(item(account, ARM), item(account, GRAPH), item(account, ORDERS))
                .then()
                .statusCode(200)
                .body(json("results[*].token", hasSize(3)));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(3);
    }

    @Test
    void theSameThingAskedForTwiceIsRefreshedOnce() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        batch(item(account, ARM), item(account, ARM), item(account, ARM)).then().statusCode(200);

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"requests\":null}",
                "{\"requests\":[]}",
                "{\"requests\":{}}",
                "{\"requests\":[],\"a\":1}",
                ""
            })
    void aBatchOfNothingIsRefused(String body) {
        Broker.client()
                .body(body)
                .post("/tokens")
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_request")));
    }

    @Test
    void moreThanAHundredAreRefused() {
        batch(Collections.nCopies(100, item("acc_nobodys", ARM)).toArray())
                .then()
                .statusCode(200)
                .body(json("results", hasSize(100)));
        batch(Collections.nCopies(101, item("acc_nobodys", ARM)).toArray())
                .then()
                .statusCode(400)
                .body(json("detail", startsWith("The field 'requests' must be a list of 1 to 100")));
    }

    @Test
    void aUserMayNotMintThisWayEither() {
        Broker.alice()
                .body(Map.of("requests", List.of(item("acc_nobodys", ARM))))
                .post("/tokens")
                .then()
                .statusCode(403)
                .body(json("code", equalTo("forbidden")));
    }

    private static Object[] items(List<String> accounts) {
        return accounts.stream().map(account -> item(account, ARM)).toArray();
    }

    private static Map<String, Object> item(String account, String resource) {
        return Map.of("account_id", account, "resource", resource);
    }

    /** So many accounts of Alice's at one tenant, which no other test has minted for. */
    private static List<String> accountsAt(int number) {
        var last = USED.addAndGet(number);
        sandbox().entra().directory().addGenerated(last);
        var signIns = new EarlierLink(sandbox());
        return IntStream.rangeClosed(last - number + 1, last)
                .mapToObj("user-%04d@contoso.com"::formatted)
                .map(email -> signIns.add(FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, Tenant.CONTOSO, email))
                .map(link -> new AccountId(link.identityProviderId(), link.identityProviderUserId()).toString())
                .toList();
    }

    private static Response batch(Object... items) {
        return Broker.client().body(Map.of("requests", List.of(items))).post("/tokens");
    }
}
