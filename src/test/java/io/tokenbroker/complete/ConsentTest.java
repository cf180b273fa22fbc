package io.tokenbroker.complete;

import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.TokenRequest;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leg for consent alone: what it lets back ends do, and all that it must not do. */
@QuarkusTest
class ConsentTest extends LinkingTest {

    private static final String VAULT = "https://vault.azure.net";
    private static final String BEA = "bea@contoso.com";

    private String account = "";

    @BeforeEach
    void linked() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void afterConsentBackEndsFindAToken() {
        var before = codesRedeemed();
        var callback = Broker.signIn(startAgain(refused()), BLAKE);

        completed(callback)
                .statusCode(200)
                .body(json("$", aMapWithSize(2)))
                .body(json("status", equalTo("linked")))
                .body(json("account.id", equalTo(account)))
                .body(json("account.status", equalTo("active")));

        assertThat(codesRedeemed()).isEqualTo(before);
        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(2);
        mint(account, VAULT).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void theLinkAndOtherTokensStayAsTheyWere() {
        mint(account, GRAPH).then().statusCode(200);
        var link = linkOf(account);

        completed(Broker.signIn(startAgain(refused()), BLAKE)).statusCode(200);

        assertThat(linkOf(account)).isEqualTo(link);
        mint(account, GRAPH).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void anotherPersonsConsentIsTheirsAndChangesNothing() {
        var link = linkOf(account);
        var again = completed(Broker.signIn(startAgain(refused()), BEA))
                .statusCode(403)
                .body(json("code", equalTo("consent_required")))
                .body(json("reauthorize.account_id", equalTo(account)))
                .body(json("reauthorize.scopes", equalTo(List.of(VAULT + "/.default"))))
                .extract()
                .response();

        assertThat(linkOf(account)).isEqualTo(link);
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
        mint(account, VAULT).then().statusCode(403);
        TestTime.advance(Duration.ofSeconds(30));
        completed(Broker.signIn(startAgain(again), BLAKE)).statusCode(200);
    }

    @Test
    void whoKeepsCompletingWithoutASignInAsksTheTenantOnceInHalfAMinute() {
        var problem = refused();
        String made = at(startAgain(problem), "state");
        completed(Map.of("state", made, "code", "made-up")).statusCode(403);
        for (var i = 0; i < 20; i++) {
            String state = at(startAgain(problem), "state");
            completed(Map.of("state", state, "code", "made-up"))
                    .statusCode(429)
                    .body(json("code", equalTo("rate_limited")))
                    .header("Retry-After", notNullValue());
        }
        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(2);

        var mine = Broker.signIn(startAgain(problem), BLAKE);
        completed(mine).statusCode(429);
        TestTime.advance(Duration.ofSeconds(30));
        completed(mine).statusCode(200);
    }

    @Test
    void trialsAtTheSameTimeAreOne() {
        var problem = refused();
        var callbacks = Stream.generate(() -> Broker.signIn(startAgain(problem), BLAKE))
                .limit(10)
                .toList();
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = callbacks.stream()
                    .map(callback ->
                            CompletableFuture.supplyAsync(() -> Broker.complete(Broker.alice(), callback), threads))
                    .toList();
            assertThat(answers)
                    .extracting(answer -> answer.join().statusCode())
                    .containsOnly(200, 429)
                    .containsOnlyOnce(200);
        }
        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(2);
    }

    @Test
    void whoDeclinesHasDeclined() {
        String state = at(startAgain(refused()), "state");

        completed(Map.of("state", state, "error", "access_denied"))
                .statusCode(400)
                .body(json("code", equalTo("authorization_denied")));

        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(1);
    }

    @Test
    void theAnswerIsCheckedLikeAnyOther() {
        var callback = new HashMap<>(Broker.signIn(startAgain(refused()), BLAKE));

        Broker.complete(Broker.user(FusionAuthStandIn.ZOE_ID), callback)
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_state")));
        callback.put("iss", "https://evil.example");
        completed(callback).statusCode(400).body(json("code", equalTo("authorization_failed")));

        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(1);
    }

    @Test
    void aStateIsTriedOnce() {
        var callback = Broker.signIn(startAgain(refused()), BLAKE);
        completed(callback).statusCode(200);

        completed(callback).statusCode(400).body(json("code", equalTo("invalid_state")));

        assertThat(sandbox().entra().refreshes(BLAKE, VAULT)).isEqualTo(2);
    }

    @Test
    void afterAnOutageTheSameCallbackWillDo() {
        var callback = Broker.signIn(startAgain(refused()), BLAKE);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.SERVER_ERROR));

        completed(callback).statusCode(503).body(json("code", equalTo("provider_unavailable")));
        sandbox().entra().faults().clear();

        completed(callback).statusCode(200);
    }

    @Test
    void anAccountThatWasUnlinkedMeanwhileIsNotFound() {
        var callback = Broker.signIn(startAgain(refused()), BLAKE);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        completed(callback).statusCode(404).body(json("code", equalTo("account_not_found")));
    }

    @Test
    void anAccountThatIsRefusedAsAWholeNeedsASignIn() {
        var callback = Broker.signIn(startAgain(refused()), BLAKE);
        sandbox().entra().directory().revokeSessions(BLAKE);

        var problem = completed(callback)
                .statusCode(409)
                .body(json("code", equalTo("reauthorization_required")))
                .extract()
                .response();
        Broker.complete(Broker.alice(), Broker.signIn(startAgain(problem), BLAKE))
                .then()
                .statusCode(200)
                .body(json("account.status", equalTo("active")));

        mint(account, VAULT).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aSecondFactorForAnotherResourceTakesASignIn() {
        sandbox().entra().consents().grant(BLAKE, VAULT);
        sandbox().entra().policies().requireSecondFactor(BLAKE, VAULT);
        var problem = mint(account, VAULT);
        problem.then().statusCode(403).body(json("code", equalTo("interaction_required")));
        var before = codesRedeemed();

        completed(Broker.signIn(startAgain(problem), BLAKE)).statusCode(200);

        assertThat(codesRedeemed()).isEqualTo(before + 1);
        mint(account, VAULT).then().statusCode(200);
    }

    @Test
    void consentWithoutTheSecondFactorSaysWhatIsMissingNext() {
        sandbox().entra().policies().requireSecondFactor(BLAKE, VAULT);
        var consent = start(
                Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account, "scopes", List.of(VAULT + "/.default")));

        var problem = completed(Broker.signIn(consent, BLAKE))
                .statusCode(403)
                .body(json("code", equalTo("interaction_required")))
                .body(json("reauthorize.scopes", equalTo(List.of())))
                .extract()
                .response();
        completed(Broker.signIn(startAgain(problem), BLAKE)).statusCode(200);

        mint(account, VAULT).then().statusCode(200);
    }

    @Test
    void whatWasRefusedByAnotherNameOfTheResourceIsAskedForAgain() {
        refused();
        var byScope = Broker.mint(account, Map.of("scopes", List.of(VAULT + "/user_impersonation")));
        byScope.then().statusCode(403).body(json("code", equalTo("consent_required")));

        completed(Broker.signIn(startAgain(byScope), BLAKE)).statusCode(200);

        mint(account, VAULT).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    private Response refused() {
        var problem = mint(account, VAULT);
        problem.then().statusCode(403).body(json("code", equalTo("consent_required")));
        return problem;
    }

    /** Start with what the problem says, as it is. */
    private static Response startAgain(Response problem) {
        var started = start(Broker.alice(), Sandbox.CONTOSO, Json.<Map<String, Object>>at(problem, "reauthorize"));
        started.then().statusCode(200);
        return started;
    }

    private static ValidatableResponse completed(Map<String, String> callback) {
        return Broker.complete(Broker.alice(), callback).then();
    }

    private static long codesRedeemed() {
        return sandbox().entra().tokenRequests().stream()
                .map(TokenRequest::grant)
                .filter("authorization_code"::equals)
                .count();
    }
}
