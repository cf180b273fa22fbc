package io.tokenbroker.complete;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.tenant.TenantMemory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the browser brings back: the state, the code or an error, the issuer. */
@QuarkusTest
class CallbackTest extends LinkingTest {

    @Test
    void aPersonWhoCancelsHasDeclined() {
        var refused = callback(Map.of(
                "error", "access_denied",
                "error_description", "AADSTS65004: User declined to consent, said b@contoso.com"));

        problem(refused, 400, "authorization_denied").body(json("upstream", equalTo(Map.of("error", "access_denied"))));
        assertThat(refused.asString()).doesNotContain("AADSTS", "b@contoso.com");
        assertThat(completes()).isZero();
    }

    @Test
    void anotherErrorIsAFailedSignIn() {
        for (var error : List.of("login_required", "server_error", "temporarily_unavailable", "invalid_scope")) {
            problem(callback(Map.of("error", error)), 400, "authorization_failed")
                    .body(json("upstream.error", equalTo(error)));
        }
        assertThat(completes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "access_denied\r\nSet-Cookie: a=b",
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
                "${jndi:ldap://evil.example/x}",
                "ACCESS_DENIED"
            })
    void aHostileErrorIsNotRepeated(String error) {
        var refused = callback(Map.of("error", error, "error_description", error));

        problem(refused, 400, "authorization_failed").body(json("$", not(hasKey("upstream"))));
        assertThat(refused.asString()).doesNotContain(error);
    }

    @Test
    void anErrorDoesNotUseTheStateUp() {
        var started = Broker.start(Sandbox.CONTOSO);
        String state = at(started, "state");
        problem(complete(Map.of("state", state, "error", "access_denied")), 400, "authorization_denied");

        complete(Broker.signIn(started, "b@contoso.com")).then().statusCode(202);
    }

    @Test
    void theIssuerMayComeBackIfItIsTheOneThatWasAsked() {
        sandbox().entra().switches().issuerInRedirect(true);
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        assertThat(callback).containsEntry("iss", sandbox().issuer(Tenant.CONTOSO));

        complete(callback).then().statusCode(202);
    }

    @Test
    void anIssuerThatTheProviderPromisesMustComeBack() {
        sandbox().entra().switches().issuerInRedirect(true);
        TenantMemory.forget();
        letTheBrokerLook();
        var started = Broker.start(Sandbox.CONTOSO);
        var callback = Broker.signIn(started, "b@contoso.com");
        var stripped = new HashMap<>(callback);
        stripped.remove("iss");

        problem(complete(stripped), 400, "authorization_failed");
        problem(complete(Map.of("state", at(started, "state"), "error", "access_denied")), 400, "authorization_failed");
        assertThat(completes()).isZero();

        complete(callback).then().statusCode(202);
        sandbox().entra().switches().issuerInRedirect(false);
        TenantMemory.forget();
        letTheBrokerLook();
    }

    @Test
    void anotherIssuersAnswerIsNotRedeemed() {
        var genuine = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        for (var issuer : List.of(sandbox().issuer(Tenant.FABRIKAM), sandbox().issuer(Tenant.CONTOSO) + "/", "")) {
            var mixedUp = new HashMap<>(genuine);
            mixedUp.put("iss", issuer);
            problem(complete(mixedUp), 400, "authorization_failed");
        }
        assertThat(completes()).isZero();

        complete(genuine).then().statusCode(202);
    }

    @Test
    void anotherIssuersErrorIsNotBelieved() {
        problem(
                callback(Map.of("error", "access_denied", "iss", sandbox().issuer(Tenant.FABRIKAM))),
                400,
                "authorization_failed");
    }

    @Test
    void anIssuerThatIsNotKnownIsNotCompared() {
        var plain = plainProvider();
        var provider = add(plain.registered("Endpoints")
                .withEndpoints(plain.url() + "/authorize", plain.url() + "/token", plain.url() + "/userinfo"));

        complete(Map.of(
                        "state", at(Broker.start(provider), "state"),
                        "code", plain.code("somebody"),
                        "iss", "https://whoever.example"))
                .then()
                .statusCode(202);
    }

    @Test
    void anotherUsersStateIsNotTheirs() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");

        problem(Broker.complete(Broker.user(FusionAuthStandIn.ZOE_ID), callback), 400, "invalid_state");

        assertThat(completes()).isZero();
        complete(callback).then().statusCode(202);
    }

    @Test
    void aStateThatWasTamperedWithIsNone() {
        String state = at(Broker.start(Sandbox.CONTOSO), "state");
        var parts = state.split("\\.", -1);
        assertThat(parts).hasSize(5);

        for (var i = 0; i < parts.length; i++) {
            var changed = parts.clone();
            changed[i] = parts[i].isEmpty() ? "AAAA" : flipped(parts[i]);
            refusesState(String.join(".", changed));
        }
        refusesState(state.substring(0, state.length() - 5));
        refusesState(state.substring(0, state.lastIndexOf('.')));
        refusesState(state + ".");
        refusesState(state + "x");
        refusesState(" " + state);
        refusesState("x".repeat(20_000));
        refusesState("....");
        refusesState("nonsense");
        assertThat(completes()).isZero();
    }

    @Test
    void aStateWhoseHeaderIsOfAnotherShapeIsNone() {
        String state = at(Broker.start(Sandbox.CONTOSO), "state");
        var header = new String(Base64.getUrlDecoder().decode(state.split("\\.", -1)[0]), StandardCharsets.UTF_8);
        for (var hostile : List.of(
                header.replaceFirst("\"kid\":\"[^\"]*\"", "\"kid\":5"),
                header.replaceFirst("\"typ\":\"[^\"]*\"", "\"typ\":[1]"),
                header.replaceFirst("\"alg\":\"[^\"]*\"", "\"alg\":{}"),
                header.replaceFirst("\"alg\":\"[^\"]*\"", "\"alg\":\"none\""),
                header.replaceFirst("\"enc\":\"[^\"]*\"", "\"enc\":7"),
                header.replaceFirst("\\{", "{\"zip\":true,"),
                header.replaceFirst("\\{", "{\"crit\":[5],"),
                "[]",
                "5",
                "null",
                "{}")) {
            var encoded =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(hostile.getBytes(StandardCharsets.UTF_8));
            refusesState(encoded + state.substring(state.indexOf('.')));
        }
    }

    @Test
    void aPendingLinkIsNoState() {
        var pending = complete(Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com"));

        refusesState(at(pending, "pending_link_id"));
    }

    @Test
    void aStateIsGoodUntilItExpires() {
        var started = Broker.start(Sandbox.CONTOSO);
        var callback = Broker.signIn(started, "b@contoso.com");
        advance(Duration.ofMinutes(10).plusSeconds(1));

        problem(complete(callback), 400, "state_expired");

        assertThat(completes()).isZero();
    }

    @Test
    void aStateNearItsEndStillServes() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        advance(Duration.ofMinutes(9).plusSeconds(30));

        complete(callback).then().statusCode(202);
    }

    @Test
    void aStateIsCompletedOnce() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        complete(callback).then().statusCode(202);

        problem(complete(callback), 400, "invalid_state");

        assertThat(completes()).isEqualTo(1);
    }

    @Test
    void aCodeIsRedeemedOnce() {
        var callback = new HashMap<>(Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com"));
        complete(callback).then().statusCode(202);
        callback.put("state", at(Broker.start(Sandbox.CONTOSO), "state"));

        problem(complete(callback), 400, "authorization_failed");
    }

    @Test
    void aCodeOfAnotherAuthorizationFailsItsProof() {
        var stolen = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        String state = at(Broker.start(Sandbox.CONTOSO), "state");

        problem(complete(Map.of("state", state, "code", stolen.getOrDefault("code", ""))), 400, "authorization_failed");

        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void ofTwoCompletesAtOnceOneIsTooMany() throws Exception {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        var together = new CyclicBarrier(4);
        Callable<Integer> complete = () -> {
            together.await();
            return complete(callback).statusCode();
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = threads.invokeAll(List.of(complete, complete, complete, complete)).stream()
                    .map(done -> done.resultNow())
                    .toList();

            assertThat(statuses).containsExactlyInAnyOrder(202, 400, 400, 400);
        }
        assertThat(completes()).isEqualTo(1);
    }

    @Test
    void aCallbackIsACodeOrAnError() {
        String state = at(Broker.start(Sandbox.CONTOSO), "state");

        refusesField("code", Map.of("state", state));
        refusesField("code", Map.of("state", state, "code", "c", "error", "access_denied"));
        refusesField("code", Map.of("state", state, "code", " "));
        refusesField("code", Map.of("state", state, "code", "c".repeat(8_193)));
        refusesField("error", Map.of("state", state, "error", ""));
        refusesField("state", Map.of("code", "c"));
        refusesField("state", Map.of("state", "", "code", "c"));
    }

    @Test
    void onlyUsersComplete() {
        problem(Broker.complete(Broker.client(), Map.of("state", "s", "code", "c")), 403, "forbidden");
    }

    private static Response complete(Map<String, String> callback) {
        return Broker.complete(Broker.alice(), callback);
    }

    private static Response callback(Map<String, String> answer) {
        var callback = new HashMap<>(answer);
        callback.put("state", at(Broker.start(Sandbox.CONTOSO), "state"));
        return complete(callback);
    }

    private static void refusesState(String state) {
        problem(complete(Map.of("state", state, "code", "c")), 400, "invalid_state");
    }

    private static void refusesField(String field, Map<String, String> body) {
        problem(complete(body), 400, "invalid_request").body(json("errors[*].field", equalTo(List.of(field))));
    }

    private static String flipped(String part) {
        var middle = part.length() / 2;
        var other = part.charAt(middle) == 'A' ? 'B' : 'A';
        return part.substring(0, middle) + other + part.substring(middle + 1);
    }
}
