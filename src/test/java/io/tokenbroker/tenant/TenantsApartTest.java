package io.tokenbroker.tenant;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Fault;
import io.tokenbroker.sandbox.entra.Tenant;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tenant that hangs or fails costs nobody but its own accounts. */
@QuarkusTest
@Timeout(60)
class TenantsApartTest extends BrokerTest {

    private static final int PLACES = 32;
    private static final String BEA = "bea@contoso.com";

    @Test
    void aTenantThatHangsHoldsOnlyItsOwnPlacesAndWhoeverWaitsGetsItsTurn() {
        var hanging = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().entra().faults().add(Fault.of(Fault.Kind.HANG).inTenant(Tenant.CONTOSO.id()));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = IntStream.range(0, PLACES + 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> withClaims(hanging, i), threads))
                    .toList();
            Waiting.until(() -> sandbox().entra().faults().hanging() >= PLACES);

            mint(healthy, ARM).then().statusCode(200).body("source", equalTo("refresh"));
            assertThat(sandbox().entra().faults().hanging()).isEqualTo(PLACES);

            sandbox().entra().faults().clear();
            assertThat(waiting)
                    .allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(200));
        }
    }

    @Test
    void aTenantThatAnswersNobodyIsAskedOnlyNowAndThenUntilItAnswers() {
        var several = several();
        var failing = several.getFirst();
        var healthy = Broker.link(Sandbox.FABRIKAM, CASEY);
        sandbox().entra().faults().add(Fault.of(Fault.Kind.DROP).inTenant(Tenant.CONTOSO.id()));
        askUntilItIsLeftAlone(several);
        var before = sandbox().entra().refreshes();

        var refused = mint(failing, GRAPH);

        assertThat(sandbox().entra().refreshes()).isEqualTo(before);
        refused.then().statusCode(503).body("code", equalTo("provider_unavailable"));
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 5);
        mint(healthy, ARM).then().statusCode(200).body("source", equalTo("refresh"));

        sandbox().entra().faults().clear();
        awaitAToken(failing);
    }

    @Test
    void oneAccountThatAlwaysFailsDoesNotStopTheOthersOfItsTenant() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        sandbox().entra().faults().add(Fault.of(Fault.Kind.DROP).forUser(BLAKE));

        for (var i = 0; i < 50; i++) {
            mint(failing, ARM).then().statusCode(503).body("code", equalTo("provider_unavailable"));
        }

        mint(healthy, ARM).then().statusCode(200).body("source", equalTo("refresh"));
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
        TestTime.advance(Duration.ofSeconds(6));
        mint(failing, ARM).then().statusCode(503);
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void whoeverKeepsAskingForAnAccountThatAlwaysFailsDoesNotStopTheOthers() {
        var failing = Broker.link(Sandbox.CONTOSO, BLAKE);
        var healthy = Broker.link(Sandbox.CONTOSO, BEA);
        sandbox().entra().faults().add(Fault.of(Fault.Kind.DROP).forUser(BLAKE));

        for (var i = 0; i < 40; i++) {
            TestTime.advance(Duration.ofSeconds(6));
            mint(failing, ARM).then().statusCode(503).body("code", equalTo("provider_unavailable"));
        }

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(40);
        mint(healthy, ARM).then().statusCode(200).body("source", equalTo("refresh"));
    }

    private static List<String> several() {
        sandbox().entra().directory().addGenerated(5);
        return IntStream.rangeClosed(1, 5)
                .mapToObj(i -> Broker.link(Sandbox.CONTOSO, "user-%04d@contoso.com".formatted(i)))
                .toList();
    }

    /** Twenty calls are what it takes, four of each account. */
    private static void askUntilItIsLeftAlone(List<String> accounts) {
        for (var i = 0; i < 20; i++) {
            mintAnew(accounts.get(i % accounts.size()), ARM)
                    .then()
                    .statusCode(503)
                    .body("code", equalTo("provider_unavailable"));
        }
    }

    /** In the broker's real time: it tries again after five seconds. */
    private static void awaitAToken(String account) {
        Waiting.until(() -> mint(account, ARM).statusCode() == 200);
    }

    /** A mint that shares its refresh with no other. */
    private static Response withClaims(String account, int number) {
        var claims = "{\"access_token\":{\"number\":{\"value\":\"%d\"}}}".formatted(number);
        return Broker.mint(account, Map.of("scopes", List.of(ARM + "/.default"), "claims", claims));
    }
}
