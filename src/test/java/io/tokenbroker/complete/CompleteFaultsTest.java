package io.tokenbroker.complete;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.LinkingStrategy;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** FusionAuth fails, or ends otherwise than with a plain login: what was linked counts, and the code goes out once. */
@QuarkusTest
class CompleteFaultsTest extends LinkingTest {

    private static final String COMPLETE = "/api/identity-provider/login";

    @ParameterizedTest
    @EnumSource(value = Unknown.LoginInterruption.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void anInterruptedLoginThatWroteItsLinkIsALink(Unknown.LoginInterruption interruption) {
        var plain = plainProvider();
        var provider = add(plain.registered("By e-mail").withStrategy(LinkingStrategy.LinkByEmail));
        sandbox().fusionAuth().switches().set(interruption);

        completeWith(provider, plain.code(Map.of("sub", "1", "email", FusionAuthStandIn.ALICE), true))
                .then()
                .statusCode(200)
                .body(json("account.provider_user_id", equalTo("1")))
                .body(json("account.status", equalTo("active")));
    }

    @ParameterizedTest
    @EnumSource(value = Unknown.LoginInterruption.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void anInterruptedLoginThatWroteNothingIsNone(Unknown.LoginInterruption interruption) {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        var account = link(provider, plain, "somebody");
        var before = linkOf(account);
        sandbox().fusionAuth().switches().set(interruption);
        sandbox().fusionAuth().switches().set(Unknown.InterruptedLink.NOT_WRITTEN);

        problem(completeWith(provider, plain.code("somebody")), 502, "upstream_error");

        assertThat(linkOf(account)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"CHANGE_PASSWORD_203, must change the password", "TWO_FACTOR_242, exempt this application"})
    void anInterruptedLoginSaysWhatAnAdministratorCanMend(Unknown.LoginInterruption interruption, String mend) {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        link(provider, plain, "somebody");
        sandbox().fusionAuth().switches().set(interruption);
        sandbox().fusionAuth().switches().set(Unknown.InterruptedLink.NOT_WRITTEN);

        problem(completeWith(provider, plain.code("somebody")), 502, "upstream_error")
                .body(json("detail", containsString(mend)));
    }

    @ParameterizedTest
    @CsvSource({
        "ERRORS_400, 400, authorization_failed",
        "ERRORS_401, 400, authorization_failed",
        "EMPTY_400, 400, authorization_failed",
        "EMPTY_401, 400, authorization_failed",
        "EXCEPTION_400, 503, provider_unavailable"
    })
    void aCodeThatIsNotRedeemedFailsTheSignIn(Unknown.UpstreamFailure told, int status, String code) {
        sandbox().fusionAuth().switches().set(told);
        String state = at(Broker.start(Sandbox.CONTOSO), "state");

        var refused = Broker.complete(Broker.alice(), Map.of("state", state, "code", "no-code-of-anybody"));

        problem(refused, status, code);
        assertThat(refused.header("Retry-After") != null).isEqualTo(status == 503);
        assertThat(refused.asString()).doesNotContain("no-code-of-anybody", "stand-in");
        assertThat(completes()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_ID_400, 502, provider_misconfigured",
        "ERRORS_401, 502, provider_misconfigured",
        "EMPTY_400, 400, authorization_failed",
        "EMPTY_401, 400, authorization_failed"
    })
    void aProviderDisabledSinceStartFailsTheSignIn(Unknown.UnusableProvider told, int status, String code) {
        sandbox().fusionAuth().switches().set(told);
        var plain = plainProvider();
        var registered = plain.registered("Plain");
        var started = Broker.start(add(registered));
        save(registered.withEnabled(false));

        problem(
                Broker.complete(Broker.alice(), Map.of("state", at(started, "state"), "code", plain.code("x"))),
                status,
                code);
    }

    @Test
    void anIssuerThatFusionAuthCannotReachIsUnavailable() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        String state = at(Broker.start(provider), "state");
        plain.away(true);

        problem(Broker.complete(Broker.alice(), Map.of("state", state, "code", "c")), 503, "provider_unavailable")
                .header("Retry-After", notNullValue());
    }

    @Test
    void aUserinfoThatRefusesTheTokenFailsTheSignIn() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain")
                .withEndpoints(plain.url() + "/authorize", plain.url() + "/token", plain.url() + "/nowhere"));

        problem(completeWith(provider, plain.code("somebody")), 400, "authorization_failed");
    }

    @Test
    void claimsWithoutAnIdentityFailTheSignIn() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain").withUniqueIdClaim("oid"));

        problem(completeWith(provider, plain.code("somebody")), 400, "authorization_failed");
    }

    @ParameterizedTest
    @CsvSource({"LOCKED_409, 403, forbidden", "EXPIRED_410, 403, forbidden", "LAMBDA_512, 502, provider_misconfigured"})
    void whatOnlyAnAdministratorCanMendSaysSo(FusionAuthFault.Kind kind, int status, String code) {
        fail(FusionAuthFault.of(kind));

        problem(complete(Sandbox.CONTOSO, "b@contoso.com"), status, code);
        assertThat(completes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "PROXY_502", "DROP"})
    void aFailureBeforeAnythingWasDoneIsInDoubt(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = linkOf(account);
        var earlier = completes();
        fail(FusionAuthFault.of(kind).times(1));

        problem(complete(Sandbox.CONTOSO, "b@contoso.com"), 502, "upstream_error");

        assertThat(completes() - earlier).isEqualTo(1);
        assertThat(linkOf(account)).isEqualTo(before);
        Broker.mint(account, Map.of()).then().statusCode(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "PROXY_502", "DROP"})
    void aFailureAfterTheLoginIsALoginAllTheSame(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = linkOf(account);
        var earlier = completes();
        advance(Duration.ofSeconds(1));
        fail(FusionAuthFault.of(kind).times(1).onceCommitted());

        complete(Sandbox.CONTOSO, "b@contoso.com").then().statusCode(200).body(json("account.id", equalTo(account)));

        assertThat(completes() - earlier).isEqualTo(1);
        assertThat(linkOf(account).token()).isNotEqualTo(before.token());
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "DROP"})
    void aPendingLinkLostOnTheWayMeansToStartAgain(FusionAuthFault.Kind kind) {
        fail(FusionAuthFault.of(kind).times(1).onceCommitted());
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");

        problem(Broker.complete(Broker.alice(), callback), 502, "upstream_error");
        problem(Broker.complete(Broker.alice(), callback), 400, "invalid_state");

        assertThat(completes()).isEqualTo(1);
        complete(Sandbox.CONTOSO, "b@contoso.com").then().statusCode(202);
    }

    @Test
    void anotherIdentityLinkedInAFailureIsStillAnotherOne() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        advance(Duration.ofSeconds(1));
        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account));
        fail(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).onceCommitted());

        problem(Broker.complete(Broker.alice(), Broker.signIn(started, "bea@contoso.com")), 409, "identity_mismatch");
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "PROXY_502", "DROP"})
    void anAuthorizationThatFailedKeepsNobodyFromTheAccount(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var started = start(Broker.alice(), Sandbox.CONTOSO, Map.of("account_id", account));
        fail(FusionAuthFault.of(kind).times(1));
        problem(Broker.complete(Broker.alice(), Broker.signIn(started, "b@contoso.com")), 502, "upstream_error");

        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
    }

    @Test
    void aThrottledCompleteMayBeTriedAgain() {
        fail(FusionAuthFault.of(FusionAuthFault.Kind.RATE_LIMITED_429).times(1));
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");

        problem(Broker.complete(Broker.alice(), callback), 503, "fusionauth_unavailable")
                .header("Retry-After", notNullValue());

        Broker.complete(Broker.alice(), callback).then().statusCode(202);
    }

    @Test
    void whileFusionAuthCannotBeReadTheCodeIsKept() {
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.UNAVAILABLE_503)
                        .on("GET", "/api/identity-provider/link"));

        problem(Broker.complete(Broker.alice(), callback), 503, "fusionauth_unavailable")
                .header("Retry-After", notNullValue());

        assertThat(completes()).isZero();
        sandbox().fusionAuth().clearFaults();
        Broker.complete(Broker.alice(), callback).then().statusCode(202);
    }

    @Test
    void aLinkThatFusionAuthCommitsLateIsFound() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var before = linkOf(account);
        advance(Duration.ofSeconds(1));
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "b@contoso.com");
        var fusionAuth = sandbox().fusionAuth();
        var reads = new AtomicInteger();
        var committed = new AtomicReference<>(before);
        fusionAuth.after((request, reply) -> {
            if (request.path().equals(COMPLETE)) {
                committed.set(fusionAuth.links().getFirst());
                fusionAuth.putLink(before);
                reads.set(0);
            }
        });
        fusionAuth.before(request -> {
            if (request.method().equals("GET") && reads.incrementAndGet() == 2) {
                fusionAuth.putLink(committed.get());
            }
        });

        Broker.complete(Broker.alice(), callback).then().statusCode(200).body(json("account.id", equalTo(account)));
    }

    @Test
    void theSameAnswerIsWorthNothingToSomebodyElse() {
        var plain = plainProvider();
        var provider = add(plain.registered("Plain"));
        link(provider, plain, "somebody");
        fail(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).onceCommitted());
        var zoe = FusionAuthStandIn.ZOE_ID;
        var started = start(Broker.user(zoe), provider, Map.of());

        var refused = Broker.complete(
                Broker.user(zoe), Map.of("state", at(started, "state"), "code", plain.code("somebody")));

        problem(refused, 502, "upstream_error");
        Broker.user(zoe).get("/accounts").then().body(json("accounts", equalTo(List.of())));
    }

    @Test
    @Timeout(60)
    void signInsAtAProviderThatHangsKeepNobodyElsesWaiting() {
        var released = new CountDownLatch(1);
        var waiting = new AtomicInteger();
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals(COMPLETE)
                    && request.json().path("identityProviderId").asText().equals(Sandbox.CONTOSO.toString())) {
                waiting.incrementAndGet();
                await(released);
            }
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var hanging = IntStream.range(0, 20)
                    .mapToObj(i -> sandbox().fusionAuth().addUser("waiting-%d@example.com".formatted(i), "Waiting"))
                    .map(user -> CompletableFuture.supplyAsync(() -> completes(user.id()), threads))
                    .toList();
            Waiting.until(() -> waiting.get() >= 16);

            complete(Sandbox.FABRIKAM, "c@fabrikam.com").then().statusCode(202);

            assertThat(hanging).noneMatch(CompletableFuture::isDone);
            released.countDown();
            assertThat(hanging).allSatisfy(each -> assertThat(each.join()).isEqualTo(202));
        }
    }

    /** A user signs in at Contoso: the answer's status. */
    private static int completes(UUID user) {
        var started = start(Broker.user(user), Sandbox.CONTOSO, Map.of());
        return Broker.complete(Broker.user(user), Broker.signIn(started, "b@contoso.com"))
                .statusCode();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static void fail(FusionAuthFault fault) {
        sandbox().fusionAuth().fault(fault.on("POST", COMPLETE));
    }
}
