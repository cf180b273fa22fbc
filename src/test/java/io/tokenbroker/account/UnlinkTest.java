package io.tokenbroker.account;

import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import io.tokenbroker.support.StoreMemory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@QuarkusTest
class UnlinkTest extends LinkingTest {

    private static final String LINK = "/api/identity-provider/link";

    @ParameterizedTest
    @EnumSource(Unknown.DeleteBody.class)
    void anUnlinkedAccountIsGone(Unknown.DeleteBody told) {
        sandbox().fusionAuth().switches().set(told);
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var other = Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        Broker.mint(account, Map.of()).then().statusCode(200);

        var unlinked = unlink(account);

        unlinked.then().statusCode(204);
        assertThat(unlinked.asString()).isEmpty();
        problem(unlink(account), 404, "account_not_found");
        problem(Broker.alice().get("/accounts/{id}", account), 404, "account_not_found");
        problem(Broker.mint(account, Map.of()), 404, "account_not_found");
        Broker.alice().get("/accounts").then().body(json("accounts[*].id", equalTo(List.of(other))));
    }

    @Test
    void somebodyElsesAccountStays() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");

        problem(Broker.user(FusionAuthStandIn.ZOE_ID).delete("/accounts/{id}", account), 404, "account_not_found");
        Broker.alice().get("/accounts/{id}", account).then().statusCode(200);
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "ERROR_500",
                "UNAVAILABLE_503",
                "RATE_LIMITED_429",
                "WEBHOOK_504",
                "PROXY_200",
                "PROXY_404",
                "LIE_200",
                "LIE_404",
                "PROXY_500",
                "PROXY_502",
                "PROXY_503",
                "PROXY_504",
                "PROXY_524",
                "DROP"
            })
    void aFailureBeforeAnythingWasDoneLeavesTheAccountAndCanBeTriedAgain(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox().fusionAuth().fault(FusionAuthFault.of(kind).on("DELETE", LINK));

        problem(unlink(account), 503, "fusionauth_unavailable").header("Retry-After", notNullValue());
        Broker.alice().get("/accounts/{id}", account).then().statusCode(200);
        Broker.mint(account, Map.of()).then().statusCode(200);

        sandbox().fusionAuth().clearFaults();
        unlink(account).then().statusCode(204);
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "UNAVAILABLE_503", "PROXY_502", "DROP"})
    void aFailureAfterTheLinkWentIsAnUnlinkAllTheSame(FusionAuthFault.Kind kind) {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox().fusionAuth().fault(FusionAuthFault.of(kind).on("DELETE", LINK).onceCommitted());

        unlink(account).then().statusCode(204);

        problem(Broker.mint(account, Map.of()), 404, "account_not_found");
        assertThat(sandbox().fusionAuth().links()).isEmpty();
    }

    @Test
    void anUnlinkThatFusionAuthHasAcceptedIsToldOfEvenIfItCannotBeLookedAt() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        Broker.mint(account, Map.of()).then().statusCode(200);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("DELETE")) {
                sandbox()
                        .fusionAuth()
                        .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500)
                                .on("GET", LINK));
            }
        });
        var known = AuditLines.behind(0).size();

        problem(unlink(account), 503, "fusionauth_unavailable");

        var event =
                AuditLines.only(known, found -> found.path("outcome").asText().equals("unlinked"));
        assertThat(event.path("event").asText()).isEqualTo("unlink");
        assertThat(event.path("account").path("id").asText()).isEqualTo(account);
        assertThat(StoreMemory.database().rows("grants", row -> 1, "SELECT 1 FROM grants"))
                .isEmpty();
        sandbox().fusionAuth().clearFaults();
        problem(unlink(account), 404, "account_not_found");
    }

    @Test
    @Timeout(60)
    void anAnswerThatDoesNotEndHoldsNobodyUp() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.STALL)
                        .on("DELETE", LINK)
                        .times(1));

        problem(unlink(account), 503, "fusionauth_unavailable");
    }

    @Test
    void whoeverUnlinksElsewhereAtTheSameTimeIsNoFault() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var link = linkOf(account);
        sandbox().fusionAuth().before(request -> {
            if (request.method().equals("DELETE")) {
                sandbox().fusionAuth().removeLink(Sandbox.CONTOSO, link.identityProviderUserId());
            }
        });

        unlink(account).then().statusCode(204);
    }

    @Test
    void ofSeveralUnlinksAtOnceEachFindsTheAccountGone() throws Exception {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        var together = new CyclicBarrier(3);
        Callable<Integer> unlink = () -> {
            together.await();
            return unlink(account).statusCode();
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = threads.invokeAll(List.of(unlink, unlink, unlink)).stream()
                    .map(done -> done.resultNow())
                    .toList();

            assertThat(statuses).containsExactlyInAnyOrder(204, 404, 404);
        }
    }

    @Test
    void anAccountUnlinkedElsewhereIsMintedForNoLongerThanItIsRemembered() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        Broker.mint(account, Map.of()).then().statusCode(200);
        sandbox().fusionAuth().removeLink(Sandbox.CONTOSO, linkOf(account).identityProviderUserId());
        advance(Duration.ofSeconds(31));

        problem(Broker.mint(account, Map.of()), 404, "account_not_found");
    }

    @Test
    @Timeout(60)
    void aMintThatReadTheLinkBeforeAnUnlinkDoesNotBringTheAccountBack() throws Exception {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        advance(Duration.ofSeconds(31));
        var reads = new AtomicInteger();
        var read = new CountDownLatch(1);
        var unlinked = new CountDownLatch(1);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("GET") && request.path().equals(LINK) && reads.incrementAndGet() == 1) {
                read.countDown();
                await(unlinked);
            }
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var early = threads.submit(() -> Broker.mint(account, Map.of()));
            await(read);

            unlink(account).then().statusCode(204);
            problem(Broker.mint(account, Map.of()), 404, "account_not_found");
            unlinked.countDown();

            problem(early.get(), 404, "account_not_found");
        }
        problem(Broker.mint(account, Map.of()), 404, "account_not_found");
    }

    @Test
    void aFusionAuthThatIsBusyWithTheLinkSaysWhenToTryAgain() {
        var account = Broker.link(Sandbox.CONTOSO, "b@contoso.com");
        sandbox()
                .fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.CONFLICT_409)
                        .on("DELETE", LINK)
                        .times(1));

        problem(unlink(account), 503, "fusionauth_unavailable").header("Retry-After", notNullValue());
        unlink(account).then().statusCode(204);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static Response unlink(String account) {
        return Broker.alice().delete("/accounts/{id}", account);
    }
}
