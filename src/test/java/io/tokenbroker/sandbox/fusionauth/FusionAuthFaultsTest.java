package io.tokenbroker.sandbox.fusionauth;

import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.ALICE_ID;
import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.BROKER_API_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusionAuthFaultsTest {

    private final World world = new World();
    private final Wire wire = new Wire(world.fusionAuth);

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @CsvSource({
        "ERROR_500,500",
        "UNAVAILABLE_503,503",
        "WEBHOOK_504,504",
        "PROXY_502,502",
        "PROXY_503,503",
        "PROXY_504,504",
        "PROXY_524,524",
        "RATE_LIMITED_429,429"
    })
    void faultComesInsteadOfTheWorkOrAfterIt(FusionAuthFault.Kind kind, int status) {
        var fault = FusionAuthFault.of(kind).on("POST", FusionAuthLinkApi.PATH).times(1);

        world.fusionAuth.fault(fault);
        assertThat(link("before").statusCode()).isEqualTo(status);
        assertThat(world.fusionAuth.link(World.CONTOSO, "before")).isEmpty();

        world.fusionAuth.fault(fault.onceCommitted());
        assertThat(link("after").statusCode()).isEqualTo(status);
        assertThat(world.fusionAuth.link(World.CONTOSO, "after")).isPresent();

        assertThat(link("later").statusCode()).isEqualTo(200);
    }

    @Test
    void connectionDropsAfterTheWork() {
        world.fusionAuth.fault(FusionAuthFault.of(FusionAuthFault.Kind.DROP)
                .on("POST", FusionAuthLinkApi.PATH)
                .times(1)
                .onceCommitted());

        assertThatThrownBy(() -> link("dropped")).hasRootCauseInstanceOf(IOException.class);
        assertThat(world.fusionAuth.link(World.CONTOSO, "dropped")).isPresent();
    }

    @Test
    void faultMayBefallOneIdentityOnly() {
        world.fusionAuth.fault(FusionAuthFault.of(FusionAuthFault.Kind.RATE_LIMITED_429)
                .forIdentity("un")
                .retryAfter(7));

        assertThat(link("lucky").statusCode()).isEqualTo(200);
        assertThat(link("unlucky").headers().firstValue("Retry-After")).hasValue("7");
        world.fusionAuth.clearFaults();
        assertThat(link("unlucky").statusCode()).isEqualTo(200);
    }

    @Test
    void slowAnswerIsStillTheRealOne() {
        world.fusionAuth.fault(FusionAuthFault.of(FusionAuthFault.Kind.SLOW).lasting(Duration.ofMillis(200)));
        var start = System.nanoTime();

        assertThat(link("slow").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
    }

    @Test
    @Timeout(60)
    void slowAnswerComesWhenFaultsAreCleared() {
        world.fusionAuth.fault(FusionAuthFault.of(FusionAuthFault.Kind.SLOW).lasting(Duration.ofDays(1)));
        var slow = CompletableFuture.supplyAsync(() -> link("slow").statusCode(), Thread::startVirtualThread);

        Waiting.until(() -> {
            world.fusionAuth.clearFaults();
            return slow.isDone();
        });

        assertThat(slow.join()).isEqualTo(200);
    }

    @Test
    @Timeout(60)
    void hangingRequestIsLetGoWhenFaultsAreCleared() {
        world.fusionAuth.fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG)
                .on("POST", FusionAuthLinkApi.PATH)
                .onceCommitted());
        var hanging = CompletableFuture.runAsync(() -> link("hung"), Thread::startVirtualThread);

        Waiting.until(() -> world.fusionAuth.hanging() > 0);
        assertThat(world.fusionAuth.link(World.CONTOSO, "hung")).isPresent();
        assertThat(hanging).isNotDone();

        world.fusionAuth.clearFaults();
        assertThatThrownBy(hanging::join).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void hooksLetATestComeBetween() {
        var calls = new AtomicInteger();
        world.fusionAuth.before(request -> {
            if (calls.getAndIncrement() == 0) {
                world.fusionAuth.addLink(FusionAuthStandIn.ZOE_ID, World.CONTOSO, "raced", "Zoe", null);
            }
        });

        assertThat(link("raced").statusCode()).isEqualTo(400);
        assertThat(calls).hasValue(1);
    }

    private HttpResponse<String> link(String identity) {
        var link = Map.of("userId", ALICE_ID, "identityProviderId", World.CONTOSO, "identityProviderUserId", identity);
        return wire.post(FusionAuthLinkApi.PATH, BROKER_API_KEY, Map.of("identityProviderLink", link));
    }
}
