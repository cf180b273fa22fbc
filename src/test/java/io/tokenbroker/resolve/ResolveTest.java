package io.tokenbroker.resolve;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.LinkingTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ResolveTest extends LinkingTest {

    private static final String LINK = "/api/identity-provider/link";

    @Test
    void aPendingLinkBecomesAnAccount() {
        var pending = pending();

        var resolved = resolve(pending);

        resolved.then().statusCode(200).body(json("status", equalTo("linked")));
        assertThat(Json.<Map<String, Object>>at(resolved, "$")).containsOnlyKeys("status", "account");
        Map<String, Object> account = at(resolved, "account");
        assertThat(account)
                .containsOnlyKeys(
                        "id",
                        "user_id",
                        "provider",
                        "provider_user_id",
                        "display_name",
                        "linked_at",
                        "last_authorized_at",
                        "status",
                        "reason")
                .containsEntry("user_id", FusionAuthStandIn.ALICE_ID.toString())
                .containsEntry("provider", Map.of("id", Sandbox.CONTOSO.toString(), "name", "Contoso"))
                .containsEntry("provider_user_id", at(pending, "identity.provider_user_id"))
                .containsEntry("display_name", "b@contoso.com")
                .containsEntry("status", "active")
                .containsEntry("reason", null);
        Broker.mint(at(resolved, "account.id"), Map.of()).then().statusCode(200);
    }

    @ParameterizedTest
    @EnumSource(Unknown.CreatedLink.class)
    void whatFusionAuthLeavesOutOfItsAnswerIsReadAgain(Unknown.CreatedLink told) {
        sandbox().fusionAuth().switches().set(told);

        resolve(pending())
                .then()
                .statusCode(200)
                .body(json("account.status", equalTo("active")))
                .body(json("account.linked_at", notNullValue()))
                .body(json("account.last_authorized_at", notNullValue()));
    }

    @Test
    void resolvingAgainGivesTheSameAnswer() {
        var pending = pending();
        Map<String, Object> first = at(resolve(pending).then().statusCode(200).extract(), "$");

        for (var gone : Unknown.PendingGone.values()) {
            sandbox().fusionAuth().switches().set(gone);
            resolve(pending).then().statusCode(200).body(json("$", equalTo(first)));
        }
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void nobodyElseMayResolve() {
        var pending = pending();

        problem(
                Broker.resolve(Broker.user(FusionAuthStandIn.ZOE_ID), at(pending, "pending_link_id")),
                400,
                "invalid_state");
        problem(Broker.resolve(Broker.client(), at(pending, "pending_link_id")), 403, "forbidden");

        assertThat(sandbox().fusionAuth().links()).isEmpty();
        resolve(pending).then().statusCode(200);
    }

    @Test
    void aPendingLinkThatWasTamperedWithIsNone() {
        String id = at(pending(), "pending_link_id");
        var middle = id.length() / 2;
        var other = id.charAt(middle) == 'A' ? 'B' : 'A';

        refuses(id.substring(0, middle) + other + id.substring(middle + 1));
        refuses(id.substring(0, id.length() - 4));
        refuses("nonsense");
        refuses(at(Broker.start(Sandbox.CONTOSO), "state"));
        problem(Broker.alice().body(Map.of()).post("/authorizations/resolve"), 400, "invalid_request")
                .body(json("errors[*].field", equalTo(List.of("pending_link_id"))));
        assertThat(sandbox().fusionAuth().count("POST", LINK)).isZero();
    }

    @Test
    void aPendingLinkExpires() {
        var pending = pending();
        advance(Duration.ofMinutes(10).plusSeconds(1));

        problem(resolve(pending), 409, "pending_link_expired");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Unknown.PendingGone.class)
    void aPendingLinkThatFusionAuthHasForgottenIsExpired(Unknown.PendingGone told) {
        sandbox().fusionAuth().pendingLifetime(Duration.ofMinutes(1));
        try {
            sandbox().fusionAuth().switches().set(told);
            var pending = pending();
            advance(Duration.ofMinutes(2));

            problem(resolve(pending), 409, "pending_link_expired");
        } finally {
            sandbox().fusionAuth().pendingLifetime(Duration.ofHours(1));
        }
    }

    @ParameterizedTest
    @EnumSource(Unknown.SameUserDuplicate.class)
    void anIdentityThatIsTheUsersAlreadyIsLinked(Unknown.SameUserDuplicate told) {
        sandbox().fusionAuth().switches().set(told);
        var pending = pending();
        var existing = link(pending, FusionAuthStandIn.ALICE_ID);

        resolve(pending)
                .then()
                .statusCode(200)
                .body(json("account.provider_user_id", equalTo(existing.identityProviderUserId())));
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Unknown.OtherUserDuplicate.class)
    void anIdentityThatIsAnothersStaysTheirs(Unknown.OtherUserDuplicate told) {
        sandbox().fusionAuth().switches().set(told);
        var pending = pending();
        var existing = link(pending, FusionAuthStandIn.ZOE_ID);

        var refused = resolve(pending);

        problem(refused, 409, "linked_to_another_user");
        assertThat(refused.asString()).doesNotContain(FusionAuthStandIn.ZOE_ID.toString(), "already");
        assertThat(sandbox().fusionAuth().links()).containsExactly(existing);
    }

    /** Between the broker's look and its write: FusionAuth's answers alone would not tell. */
    @ParameterizedTest
    @EnumSource(value = Unknown.OtherUserDuplicate.class, mode = EnumSource.Mode.EXCLUDE, names = "OVERWRITTEN_200")
    void anIdentityThatBecomesAnothersAtTheLastMomentIsTheirs(Unknown.OtherUserDuplicate told) {
        sandbox().fusionAuth().switches().set(told);
        var pending = pending();
        beforeTheWrite(() -> link(pending, FusionAuthStandIn.ZOE_ID));

        var refused = resolve(pending);

        problem(refused, 409, "linked_to_another_user");
        assertThat(refused.asString()).doesNotContain(FusionAuthStandIn.ZOE_ID.toString(), "already");
        assertThat(sandbox().fusionAuth().links()).extracting(Link::userId).containsExactly(FusionAuthStandIn.ZOE_ID);
    }

    @ParameterizedTest
    @EnumSource(Unknown.ConflictBody.class)
    void anIdentityThatBecomesTheUsersAtTheLastMomentIsLinked(Unknown.ConflictBody told) {
        sandbox().fusionAuth().switches().set(Unknown.SameUserDuplicate.CONFLICT_409);
        sandbox().fusionAuth().switches().set(told);
        var pending = pending();
        beforeTheWrite(() -> link(pending, FusionAuthStandIn.ALICE_ID));

        resolve(pending).then().statusCode(200);
    }

    @Test
    void aConflictThatPassesSaysWhenToTryAgain() {
        sandbox().fusionAuth().switches().set(Unknown.SameUserDuplicate.CONFLICT_409);
        sandbox().fusionAuth().switches().set(Unknown.ConflictBody.RETRYABLE);
        var pending = pending();
        String identity = at(pending, "identity.provider_user_id");
        beforeTheWrite(() -> link(pending, FusionAuthStandIn.ALICE_ID));
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST")) {
                sandbox().fusionAuth().removeLink(Sandbox.CONTOSO, identity);
            }
        });

        problem(resolve(pending), 503, "fusionauth_unavailable").header("Retry-After", notNullValue());
    }

    @Test
    void theLimitOfLinksIsTold() {
        var plain = plainProvider();
        var provider = add(plain.registered("Limited").withLinkLimit(FusionAuthStandIn.TENANT_ID, 1));
        var one = completeWith(provider, plain.code("one"));
        var other = completeWith(provider, plain.code("other"));
        resolve(one).then().statusCode(200);

        problem(resolve(other), 409, "link_limit_reached");
    }

    @ParameterizedTest
    @EnumSource(Unknown.LinkFieldName.class)
    void aPersonWhoIsDeactivatedAtTheLastMomentIsToldSo(Unknown.LinkFieldName named) {
        var fusionAuth = sandbox().fusionAuth();
        fusionAuth.switches().set(named);
        var pending = pending();
        var alice = fusionAuth.user(FusionAuthStandIn.ALICE_ID).orElseThrow();
        beforeTheWrite(() -> fusionAuth.putUser(alice.withActive(false)));
        try {
            problem(resolve(pending), 403, "user_disabled");
        } finally {
            fusionAuth.putUser(alice);
        }
        assertThat(fusionAuth.links()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "PROXY_401", "PROXY_502", "DROP"})
    void aFailureAfterTheLinkWasMadeIsALinkAllTheSame(FusionAuthFault.Kind kind) {
        var pending = pending();
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(kind).on("POST", LINK).times(1).onceCommitted());

        resolve(pending).then().statusCode(200).body(json("account.status", equalTo("active")));
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "PROXY_401", "PROXY_502", "DROP"})
    void aFailureBeforeTheLinkWasMadeCanBeTriedAgain(FusionAuthFault.Kind kind) {
        var pending = pending();
        sandbox().fusionAuth().fault(FusionAuthFault.of(kind).on("POST", LINK));

        problem(resolve(pending), 502, "upstream_error");
        assertThat(sandbox().fusionAuth().links()).isEmpty();

        sandbox().fusionAuth().clearFaults();
        resolve(pending).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWebhookThatFailsDecidesNothing(boolean written) {
        var pending = pending();
        sandbox()
                .fusionAuth()
                .switches()
                .set(written ? Unknown.LinkWebhook.FAILS_WRITTEN : Unknown.LinkWebhook.FAILS_NOT_WRITTEN);

        var resolved = resolve(pending);

        if (written) {
            resolved.then().statusCode(200);
        } else {
            problem(resolved, 502, "upstream_error");
        }
    }

    @Test
    void aThrottledFusionAuthSaysWhenToTryAgain() {
        var pending = pending();
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.RATE_LIMITED_429)
                        .on("POST", LINK)
                        .times(1));

        problem(resolve(pending), 503, "fusionauth_unavailable").header("Retry-After", notNullValue());
        resolve(pending).then().statusCode(200);
    }

    @Test
    void aFusionAuthThatLosesThePendingTokenLeavesAnAccountWithoutOne() {
        sandbox().fusionAuth().switches().set(Unknown.PendingToken.LOST);

        var resolved = resolve(pending());

        resolved.then().statusCode(200).body(json("account.status", equalTo("no_refresh_token")));
        complete(Sandbox.CONTOSO, "b@contoso.com")
                .then()
                .statusCode(200)
                .body(json("account.id", equalTo(Json.<String>at(resolved, "account.id"))))
                .body(json("account.status", equalTo("active")));
    }

    @Test
    void allWhoResolveAtOnceGetTheAccount() throws Exception {
        var pending = pending();
        var together = new CyclicBarrier(4);
        Callable<String> resolve = () -> {
            together.await();
            return at(resolve(pending).then().statusCode(200).extract(), "account.id");
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var accounts = threads.invokeAll(List.of(resolve, resolve, resolve, resolve)).stream()
                    .map(done -> done.resultNow())
                    .distinct()
                    .toList();

            assertThat(accounts).hasSize(1);
        }
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    private static Response pending() {
        var pending = complete(Sandbox.CONTOSO, "b@contoso.com");
        pending.then().statusCode(202);
        return pending;
    }

    private static Response resolve(Response pending) {
        return Broker.resolve(Broker.alice(), at(pending, "pending_link_id"));
    }

    private static void refuses(String pendingLinkId) {
        problem(Broker.resolve(Broker.alice(), pendingLinkId), 400, "invalid_state");
    }

    private static Link link(Response pending, UUID user) {
        return sandbox()
                .fusionAuth()
                .addLink(user, Sandbox.CONTOSO, at(pending, "identity.provider_user_id"), "already", "token-of-before");
    }

    private static void beforeTheWrite(Runnable work) {
        sandbox().fusionAuth().before(request -> {
            if (request.method().equals("POST") && request.path().equals(LINK)) {
                work.run();
            }
        });
    }
}
