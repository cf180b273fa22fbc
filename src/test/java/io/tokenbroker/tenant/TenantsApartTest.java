package io.tokenbroker.tenant;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.contosos;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.ofPeople;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tenant that hangs or fails costs nobody but its own accounts. */
@QuarkusTest
@Timeout(60)
class TenantsApartTest extends BrokerTest {

    private static final int PLACES = 32;

    /** While the tenant answers nobody: three of those who failed, and one of the others. */
    private static final int TRIES_AT_ONCE = 4;

    private static final String BEA = "bea@contoso.com";

    @Test
    void aTenantThatHangsHoldsOnlyItsOwnPlacesAndWhoeverWaitsGetsItsTurn() {
        var hanging = ofPeople(PLACES + 8);
        var healthy = Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).inTenant(Tenant.CONTOSO.id()));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = hanging.stream()
                    .map(account -> CompletableFuture.supplyAsync(() -> mint(account, ARM), threads))
                    .toList();
            Waiting.until(() -> sandbox().entra().faults().hanging() >= PLACES);

            mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
            assertThat(sandbox().entra().faults().hanging()).isEqualTo(PLACES);

            sandbox().entra().faults().clear();
            assertThat(waiting)
                    .allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(200));
        }
    }

    @Test
    void aTenantThatAnswersNobodyIsAskedOnlyNowAndThenUntilItAnswers() {
        var failing = ofPeople(4);
        var another = Broker.link(Sandbox.CONTOSO, BEA);
        var healthy = Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
        askUntilItIsLeftAlone(failing);
        var before = sandbox().entra().refreshes();

        for (var account : List.of(failing.getFirst(), another)) {
            var refused = mint(account, GRAPH);
            refused.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 5);
        }
        assertThat(sandbox().entra().refreshes()).isEqualTo(before);
        mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));

        sandbox().entra().faults().clear();
        rest();
        mint(another, ARM).then().statusCode(200);
        mint(failing.getFirst(), ARM).then().statusCode(200);
    }

    @Test
    void ofATenantThatHangsForLongAFewAreToldLateAndAllOthersAtOnce() {
        var failing = ofPeople(20);
        var another = Broker.link(Sandbox.CONTOSO, BEA);
        leftAlone(failing);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).inTenant(Tenant.CONTOSO.id()));
        rest();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var mints = Stream.concat(failing.stream(), Stream.of(another))
                    .map(account -> CompletableFuture.supplyAsync(() -> mintAnew(account, ARM), threads))
                    .toList();
            Waiting.until(() -> answered(mints).size() >= mints.size() - TRIES_AT_ONCE);

            assertThat(answered(mints)).hasSize(mints.size() - TRIES_AT_ONCE).allSatisfy(refused -> {
                refused.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
                assertThat(refused.header("Retry-After")).isEqualTo("5");
            });
            Waiting.until(() -> sandbox().entra().faults().hanging() == TRIES_AT_ONCE);

            sandbox().entra().faults().clear();
            assertThat(mints.stream().map(mint -> mint.join().statusCode()).filter(status -> status == 200))
                    .hasSize(TRIES_AT_ONCE);
        }
        assertThat(failing).allSatisfy(account -> mint(account, GRAPH).then().statusCode(200));
    }

    @Test
    void aTenantThatComesAndGoesIsLeftAloneEachTime() {
        var failing = ofPeople(5);
        for (var outage = 0; outage < 3; outage++) {
            sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
            askUntilItIsLeftAlone(failing);
            var before = sandbox().entra().refreshes();

            mintAnew(failing.getFirst(), GRAPH).then().statusCode(503);

            assertThat(sandbox().entra().refreshes()).isEqualTo(before);
            sandbox().entra().faults().clear();
            rest();
            mintAnew(failing.getFirst(), ARM).then().statusCode(200);
        }
    }

    @Test
    void anAccountThatStillFailsAfterAnOutageDoesNotKeepTheOthersFromTryingAgain() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var another = Broker.link(Sandbox.CONTOSO, BEA);
        var outOfOrder = ofPeople(5);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
        mint(failing, ARM).then().statusCode(503);
        askUntilItIsLeftAlone(outOfOrder);
        sandbox().entra().faults().clear();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).forUser(BLAKE));
        var before = sandbox().entra().refreshes(BLAKE);
        rest();

        mintAnew(failing, ARM).then().statusCode(503);

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(before + 2);
        mint(another, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anAccountThatStillFailsAfterAnOutageDoesNotKeepThoseWhoFailedWithItFromTryingAgain() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var outOfOrder = ofPeople(5);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
        mint(failing, ARM).then().statusCode(503);
        askUntilItIsLeftAlone(outOfOrder);
        sandbox().entra().faults().clear();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).forUser(BLAKE));
        rest();

        mintAnew(failing, ARM).then().statusCode(503);

        mint(outOfOrder.getFirst(), ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void oneAccountThatAlwaysFailsDoesNotStopTheOthersOfItsTenant() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).forUser(BLAKE));

        for (var i = 0; i < 50; i++) {
            mint(failing, ARM).then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        }

        mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
        TestTime.advance(Duration.ofSeconds(6));
        mint(failing, ARM).then().statusCode(503);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(4);
    }

    @Test
    void whoeverKeepsAskingForAnAccountThatAlwaysFailsDoesNotStopTheOthers() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).forUser(BLAKE));

        for (var i = 0; i < 40; i++) {
            TestTime.advance(Duration.ofSeconds(6));
            mint(failing, ARM).then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        }

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(80);
        mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anAccountThatFailsForManyAtOnceDoesNotStopTheOthers() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).forUser(BLAKE));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, PLACES)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> withClaims(failing, i), threads))
                    .toList();
            assertThat(answers)
                    .allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(503));
        }

        mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aPersonAllOfWhoseAccountsFailDoesNotStopTheOthers() {
        var failing = contosos(5).stream()
                .map(email -> Broker.link(Sandbox.CONTOSO, email))
                .toList();
        var healthy = Broker.link(FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, BEA);
        contosos(5)
                .forEach(email -> sandbox()
                        .entra()
                        .faults()
                        .add(EntraFault.of(EntraFault.Kind.DROP).forUser(email)));

        askUntilItIsLeftAlone(failing);

        mint(healthy, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    /** The tenant breaks every connection off until it is left alone; then it answers again, and nobody knows. */
    private static void leftAlone(List<String> accounts) {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
        askUntilItIsLeftAlone(accounts);
        sandbox().entra().faults().clear();
    }

    private static List<Response> answered(List<CompletableFuture<Response>> mints) {
        return mints.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    /** Twenty calls in a row that are of no avail are what it takes, if they are of four people. */
    private static void askUntilItIsLeftAlone(List<String> accounts) {
        for (var i = 0; i < 20; i++) {
            mintAnew(accounts.get(i % accounts.size()), ARM)
                    .then()
                    .statusCode(503)
                    .body(json("code", equalTo("provider_unavailable")));
        }
    }

    /** After which one may try again. */
    private static void rest() {
        TestTime.advance(Duration.ofSeconds(6));
    }

    /** A mint that shares its refresh with no other. */
    private static Response withClaims(String account, int number) {
        var claims = "{\"access_token\":{\"number\":{\"value\":\"%d\"}}}".formatted(number);
        return Broker.mint(account, Map.of("scopes", List.of(ARM + "/.default"), "claims", claims));
    }
}
