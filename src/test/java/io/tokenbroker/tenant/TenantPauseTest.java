package io.tokenbroker.tenant;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkAt;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.providerLike;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.provider.ReloadProviders;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.TestTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a tenant is asked again: not before it said so, and at once only where that cannot do harm. */
@QuarkusTest
@TestProfile(ShortSends.class)
@Timeout(60)
class TenantPauseTest extends BrokerTest {

    @Test
    void aTenantThatSaysWhenToComeAgainIsLeftAloneUntilThen() {
        var first = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofSeconds(77)).times(1));
        waits(mint(first, ARM), 77, 77);

        waits(mint(first, GRAPH), 70, 77);
        TestTime.advance(Duration.ofSeconds(70));
        waits(mintAnew(first, ARM), 1, 7);
        assertThat(sandbox().entra().refreshes()).isEqualTo(1);

        TestTime.advance(Duration.ofSeconds(7));
        mint(first, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        account(first).then().body(json("status", equalTo("active")));
    }

    @Test
    void aDateIsAsGood() {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttledUntil(Duration.ofSeconds(100)).times(1));
        waits(mint(linked, ARM), 95, 100);

        TestTime.advance(Duration.ofSeconds(90));
        waits(mint(linked, ARM), 1, 10);
        TestTime.advance(Duration.ofSeconds(10));
        mint(linked, ARM).then().statusCode(200);
    }

    @Test
    void anHourIsTheLongest() {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.throttled(Duration.ofDays(2)).times(1));
        waits(mint(linked, ARM), 3600, 3600);

        TestTime.advance(Duration.ofMinutes(59));
        waits(mint(linked, ARM), 1, 60);
        TestTime.advance(Duration.ofMinutes(1));
        mint(linked, ARM).then().statusCode(200);
    }

    @Test
    void aClockThatIsSetBackProlongsNoPause() {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofSeconds(77)).times(1));
        waits(mint(linked, ARM), 77, 77);

        TestTime.advance(Duration.ofMinutes(-5));

        mint(linked, ARM).then().statusCode(200);
    }

    @Test
    void aPauseIsForOneTenantAndOneClient() {
        var paused = Broker.link(Sandbox.CONTOSO, BLAKE);
        var elsewhere = Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().entra().faults().add(unavailable("60").times(1));
        waits(mint(paused, ARM), 60, 60);

        mint(elsewhere, ARM).then().statusCode(200);
        waits(mint(sameClient(), ARM), 50, 60);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void meanwhileATokenThatStillLivesIsServedAndSaysSo() {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)).times(1));
        mint(linked, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(800));
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofMinutes(10)).times(1));

        for (var i = 0; i < 3; i++) {
            mint(linked, ARM).then().statusCode(200).body(json("source", equalTo("stale")));
        }

        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
        TestTime.advance(Duration.ofSeconds(200));
        waits(mint(linked, ARM), 390, 400);
    }

    @ParameterizedTest
    @EnumSource(
            value = EntraFault.Kind.class,
            names = {"SERVER_ERROR", "UNAVAILABLE", "DROP", "DROP_AFTER"})
    void aFailureIsTriedOnceMoreWhereATokenCanBeSentTwice(EntraFault.Kind kind) {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.of(kind).times(1));

        mint(linked, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = EntraFault.Kind.class,
            names = {"SERVER_ERROR", "UNAVAILABLE", "DROP", "HANG"})
    void aTokenThatWorksOnceIsSentOnceMoreAndNotAThirdTime(EntraFault.Kind kind) {
        var linked = Broker.link(Sandbox.ADATUM, DEVON);
        sandbox().entra().faults().add(EntraFault.of(kind));

        assertThat(mint(linked, ARM).statusCode()).isBetween(503, 504);

        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = EntraFault.Kind.class,
            names = {"HANG", "GARBAGE"})
    void whatMayHaveBeenDoneIsNotTriedOnceMore(EntraFault.Kind kind) {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.of(kind).times(1));

        assertThat(mint(linked, ARM).statusCode()).isBetween(502, 504);

        assertThat(sandbox().entra().refreshes()).isEqualTo(1);
    }

    @Test
    void aThirdTryIsNeverMade() {
        var linked = Broker.link(Sandbox.CONTOSO, BLAKE);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.SERVER_ERROR));

        mint(linked, ARM).then().statusCode(503);

        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
    }

    @Test
    void whereNobodyListensNothingWasSentAndATryMoreIsHarmless() {
        var nowhere = "http://localhost:1/token";
        var provider = providerLike(Sandbox.CONTOSO).withEndpoints(nowhere, nowhere, nowhere);
        sandbox().fusionAuth().addProvider(provider);
        ReloadProviders.now();
        try {
            var linked = linkAt(provider.id(), Sandbox.CONTOSO, BLAKE);
            var before = grants("unreachable");

            waits(mint(linked, ARM), 10, 10);

            assertThat(grants("unreachable") - before).isEqualTo(2);
        } finally {
            sandbox().fusionAuth().removeProvider(provider.id());
            ReloadProviders.now();
        }
    }

    @Test
    void aRefusalWithoutAnExplanationIsConfirmedByOneQuestionWhereATokenWorksOnce() {
        var linked = Broker.link(Sandbox.ADATUM, DEVON);
        sandbox().entra().faults().add(EntraFault.aadsts(70000).times(2));

        mint(linked, ARM).then().statusCode(409).body(json("code", equalTo("reauthorization_required")));

        assertThat(sandbox().entra().refreshes()).isEqualTo(2);
        account(linked).then().body(json("status", equalTo("reauthorization_required")));
    }

    /** An account at another identity provider of FusionAuth that is the same client at the same tenant. */
    private static String sameClient() {
        var provider = providerLike(Sandbox.CONTOSO);
        sandbox().fusionAuth().addProvider(provider);
        ReloadProviders.now();
        return linkAt(provider.id(), Sandbox.CONTOSO, BLAKE);
    }

    private static EntraFault unavailable(String retryAfter) {
        return new EntraFault(
                EntraFault.Kind.UNAVAILABLE,
                retryAfter,
                EntraFault.ANY,
                EntraFault.ANY,
                EntraFault.ANY,
                EntraFault.ANY,
                0);
    }

    /** How many refresh grants ended so, by the metrics. */
    private static double grants(String outcome) {
        var line = "broker_refresh_grants_total{outcome=\"" + outcome + "\"} ";
        return Management.given()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(metric -> metric.startsWith(line))
                .mapToDouble(metric -> Double.parseDouble(metric.substring(line.length())))
                .sum();
    }

    private static void waits(Response answer, int atLeast, int atMost) {
        answer.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(atLeast, atMost);
    }
}
