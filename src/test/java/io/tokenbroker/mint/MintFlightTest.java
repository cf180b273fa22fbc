package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.mintsAtOnce;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many who want the same at once. */
@QuarkusTest
@Timeout(60)
class MintFlightTest extends BrokerTest {

    @Test
    void twoHundredAtOnceShareOneRefresh() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));

        var answers = mintsAtOnce(account, 200);

        assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
        assertThat(answers.stream().map(MintFlightTest::tokenOf).distinct()).hasSize(1);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
        mint(account, ARM).then().body(json("source", equalTo("cache")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void whoComesAsARefreshEndsDoesNotStartAnother() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        for (var round = 1; round <= 20; round++) {
            TestTime.advance(Duration.ofHours(2));
            assertThat(mintsAtOnce(account, 20))
                    .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
            assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(round);
        }
    }

    @Test
    void ofTwoHundredWhoFindTheLinkOldOneReadsItAgain() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        mint(account, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(31));
        var fusionAuth = sandbox().fusionAuth();
        fusionAuth.fault(slowRead());
        var before = fusionAuth.count("GET", LINK_API);

        var answers = mintsAtOnce(account, 200);

        assertThat(answers).allSatisfy(answer -> assertThat(answer.body()).contains("\"source\":\"cache\""));
        assertThat(fusionAuth.count("GET", LINK_API) - before).isEqualTo(1);
    }

    /** A mint that pauses before it uses the link that it has read finds it too old each time. */
    @Test
    void mintsEndWhileThePersonSignsInAgainAndAgain() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        var isOver = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> {
                while (!isOver.get()) {
                    Broker.link(Sandbox.CONTOSO, BLAKE);
                }
            });
            try {
                for (var i = 0; i < 20; i++) {
                    mintAnew(account, ARM).then().statusCode(200);
                }
            } finally {
                isOver.set(true);
            }
        }
    }

    @Test
    void aRefusalIsSharedToo() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));
        sandbox().entra().faults().add(EntraFault.aadsts(50076));

        var answers = mintsAtOnce(account, 20);

        assertThat(answers).allSatisfy(answer -> assertThat(answer.body()).contains("interaction_required"));
        assertThat(sandbox().entra().refreshes(BLAKE)).isLessThan(20);
    }

    @Test
    void whatAnOlderAuthorizationGaveIsNotServedAfterANewOne() throws Exception {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.of(EntraFault.Kind.HANG)
                        .onGrant("refresh_token")
                        .times(1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var early = CompletableFuture.supplyAsync(() -> mint(account, ARM), threads);
            awaitHanging();

            Broker.link(Sandbox.CONTOSO, BLAKE);
            var late = mint(account, ARM);
            sandbox().entra().faults().release();

            late.then().statusCode(200).body(json("source", equalTo("refresh")));
            early.get().then().statusCode(200);
            mint(account, ARM)
                    .then()
                    .body(json("source", equalTo("cache")))
                    .body(json("access_token", equalTo(at(late, "access_token"))));
        }
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void whoInsistsOnANewTokenDoesNotCostTheOthersTheirStaleOne() throws Exception {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)).times(1));
        mint(account, ARM);
        TestTime.advance(Duration.ofSeconds(800));
        sandbox().entra().faults().add(EntraFault.slow(Duration.ofMillis(300)));
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var insisting = CompletableFuture.supplyAsync(() -> mintAnew(account, ARM), threads);
            awaitRefreshes(2);

            mint(account, ARM).then().statusCode(200).body(json("source", equalTo("stale")));
            insisting.get().then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        }
    }

    private static io.tokenbroker.sandbox.fusionauth.FusionAuthFault slowRead() {
        return io.tokenbroker.sandbox.fusionauth.FusionAuthFault.of(
                        io.tokenbroker.sandbox.fusionauth.FusionAuthFault.Kind.SLOW)
                .on("GET", LINK_API)
                .lasting(Duration.ofMillis(300));
    }

    private static String tokenOf(HttpResponse<String> answer) {
        return new JsonPath(answer.body()).getString("access_token");
    }

    private static void awaitHanging() {
        Waiting.until(() -> sandbox().entra().faults().hanging() != 0);
    }

    private static void awaitRefreshes(long count) {
        Waiting.until(() -> sandbox().entra().refreshes() >= count);
    }
}
