package io.tokenbroker.policy;

import static io.tokenbroker.mint.Minting.ARM;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Waiting;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One caller's calls do not take all the places that a tenant has. */
@QuarkusTest
@TestProfile(PolicyClients.class)
@Timeout(60)
class FairTurnsTest extends BrokerTest {

    private static final int PLACES_OF_ONE = 32;

    @Test
    void aClientWhoseCallsHangLeavesPlacesForAnother() {
        sandbox().entra().directory().addGenerated(PLACES_OF_ONE + 9);
        var accounts = IntStream.rangeClosed(1, PLACES_OF_ONE + 9)
                .mapToObj(i -> Broker.link(
                        sandbox()
                                .fusionAuth()
                                .addUser("fair-%d@example.com".formatted(i), "User")
                                .id(),
                        Sandbox.CONTOSO,
                        "user-%04d@contoso.com".formatted(i)))
                .toList();
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).inTenant(Tenant.CONTOSO.id()));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var hanging = accounts.subList(1, accounts.size()).stream()
                    .map(account -> CompletableFuture.supplyAsync(() -> mint(PolicyClients.PATIENT, account), threads))
                    .toList();
            Waiting.until(() -> sandbox().entra().faults().hanging() == PLACES_OF_ONE);

            var other = CompletableFuture.supplyAsync(() -> mint(PolicyClients.OTHER, accounts.getFirst()), threads);

            Waiting.until(() -> sandbox().entra().faults().hanging() == PLACES_OF_ONE + 1);
            sandbox().entra().faults().clear();
            assertThat(other.join().statusCode()).isEqualTo(200);
            hanging.forEach(CompletableFuture::join);
        }
    }

    private static Response mint(ClientKey client, String account) {
        return Broker.bearer(client.key()).body(Map.of("resource", ARM)).post("/accounts/{id}/token", account);
    }
}
