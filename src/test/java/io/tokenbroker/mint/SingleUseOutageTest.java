package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.mint.Minting.MintSettings;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a refresh token works once: an answer that is lost, and a store that is away when there is something to keep. */
@QuarkusTest
@TestProfile(MintSettings.class)
@Timeout(60)
class SingleUseOutageTest extends BrokerTest {

    private String account = "";

    @BeforeEach
    void link() {
        sandbox().entra().consents().grant(DEVON, ARM);
        account = Broker.link(Sandbox.ADATUM, DEVON);
    }

    @AfterEach
    void putTheFileBack() {
        StoreMemory.comesBack();
    }

    @Test
    void graceResendInsideTheLease() {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP_AFTER).times(1));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(sent()).hasSize(2).containsOnly(Minting.linkOf(account).token());
        mintAnew(account, ARM).then().statusCode(200);
        assertThat(sent()).hasSize(3);
        assertThat(sent().getLast()).isNotEqualTo(sent().getFirst());
        account(account).then().body(json("status", equalTo("active")));
    }

    @Test
    void whereThereIsNoGraceTheAccountSaysAtOnceWhatHelps() {
        sandbox().entra().switches().singleUseRefreshTokens(true);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP_AFTER).times(1));

        mint(account, ARM).then().statusCode(409).body(json("code", equalTo("reauthorization_required")));

        assertThat(sent()).hasSize(2);
        account(account).then().body(json("status", equalTo("reauthorization_required")));
        Broker.link(Sandbox.ADATUM, DEVON);
        mint(account, ARM).then().statusCode(200);
    }

    @Test
    void whereTheFirstNeverArrivedTheSecondSucceeds() {
        sandbox().entra().switches().singleUseRefreshTokens(true);
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.DROP).times(1));

        mint(account, ARM).then().statusCode(200);
        mintAnew(account, ARM).then().statusCode(200);
    }

    @Test
    void whileTheStoreIsAwayNoTokenIsSpent() {
        mint(account, ARM).then().statusCode(200);
        StoreMemory.goesAway();

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        var refused = mintAnew(account, ARM);
        refused.then().statusCode(503).body(json("code", equalTo("store_unavailable")));
        assertThat(refused.header("Retry-After")).isNotBlank();
        assertThat(sent()).hasSize(1);

        StoreMemory.comesBack();
        mintAnew(account, ARM).then().statusCode(200);
    }

    @Test
    void whileTheStoreIsAwayATokenThatStillLivesIsHandedOut() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(400)));
        mint(account, ARM).then().statusCode(200);
        StoreMemory.goesAway();
        TestTime.advance(Duration.ofSeconds(200));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("stale")));
        TestTime.advance(Duration.ofSeconds(201));
        mint(account, ARM).then().statusCode(503).body(json("code", equalTo("store_unavailable")));

        assertThat(sent()).hasSize(1);
    }

    @Test
    void aTokenThatTheStoreDidNotTakeIsStoredOnceItIsBackAndNoneIsSentTwice() {
        sandbox().entra().switches().singleUseRefreshTokens(true);

        var late = whileTheTenantHangs(account, StoreMemory::goesAway);

        late.then().statusCode(503).body(json("code", equalTo("store_unavailable")));
        assertThat(unstored().size()).isEqualTo(1);
        mint(account, ARM).then().statusCode(503);
        StoreMemory.comesBack();
        Waiting.until(() -> unstored().size() == 0, Duration.ofSeconds(10));

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        mintAnew(account, ARM).then().statusCode(200);
        assertThat(sent()).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void whereATokenCanBeUsedAgainItIsHandedOutWithoutTheStore() {
        var reusable = Broker.link(Sandbox.FABRIKAM, CASEY);
        StoreMemory.goesAway();

        mint(reusable, ARM).then().statusCode(200).body(json("source", equalTo("refresh")));
        mint(reusable, GRAPH).then().statusCode(200).body(json("source", equalTo("refresh")));

        assertThat(sent()).hasSize(2).containsOnly(Minting.linkOf(reusable).token());
    }

    @Test
    void whereATokenCanBeUsedAgainARefusalWithoutTheStoreIsNoMark() {
        var reusable = Broker.link(Sandbox.FABRIKAM, CASEY);
        mint(reusable, ARM).then().statusCode(200);
        StoreMemory.goesAway();
        sandbox().entra().faults().add(EntraFault.aadsts(50173).times(1));

        mintAnew(reusable, ARM).then().statusCode(503).body(json("code", equalTo("store_unavailable")));
        StoreMemory.comesBack();

        mintAnew(reusable, ARM).then().statusCode(200);
        account(reusable).then().body(json("status", equalTo("active")));
    }

    @Test
    void whatIsRefusedWithoutTheStoreIsNotSentWithEachMint() {
        var reusable = Broker.link(Sandbox.FABRIKAM, CASEY);
        StoreMemory.goesAway();
        sandbox().entra().faults().add(EntraFault.aadsts(50173));

        for (var asked = 0; asked < 5; asked++) {
            mint(reusable, asked % 2 == 0 ? ARM : GRAPH)
                    .then()
                    .statusCode(503)
                    .body(json("code", equalTo("store_unavailable")));
        }
        assertThat(sent()).hasSize(1);

        TestTime.advance(Duration.ofSeconds(31));
        mint(reusable, ARM).then().statusCode(503);
        assertThat(sent()).hasSize(2);
    }

    @Test
    void aTokenThatTheStoreDidNotTakeIsHandedOutWhereItsOldOneStaysGood() {
        var reusable = Broker.link(Sandbox.FABRIKAM, CASEY);

        var late = whileTheTenantHangs(reusable, StoreMemory::goesAway);

        late.then().statusCode(200).body(json("source", equalTo("refresh")));
        assertThat(unstored().size()).isZero();
    }

    @Test
    void aRefusalThatTheStoreDidNotTakeIsToldOnceItHas() {
        var late = whileTheTenantHangs(account, () -> {
            sandbox().entra().directory().revokeSessions(DEVON);
            StoreMemory.goesAway();
        });

        late.then().statusCode(503).body(json("code", equalTo("store_unavailable")));
    }

    /** Its refusal may be of a token that the other has just replaced. */
    @Test
    void aRefusalOfWhoLostItsLeaseSaysNothingOfTheAccount() {
        var late = whileTheTenantHangs(account, () -> {
            sandbox().entra().directory().revokeSessions(DEVON);
            StoreMemory.database()
                    .update("test", "UPDATE grants SET version = version + 1, lease_owner = NULL, lease_until = 0");
        });

        late.then().statusCode(503).body(json("code", equalTo("provider_unavailable")));
        account(account).then().body(json("status", equalTo("active")));
        mint(account, ARM).then().statusCode(409).body(json("code", equalTo("reauthorization_required")));
    }

    @Test
    void accountsAreListedAndLinkedWhileTheStoreIsAway() {
        StoreMemory.goesAway();

        account(account).then().statusCode(200).body(json("status", equalTo("active")));
        var other = Broker.link(Sandbox.FABRIKAM, CASEY);
        Broker.alice().delete("/accounts/{id}", other).then().statusCode(204);

        StoreMemory.comesBack();
        mint(account, ARM).then().statusCode(200);
    }

    private static Response whileTheTenantHangs(String id, Runnable meanwhile) {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG).times(1));
        var late = CompletableFuture.supplyAsync(() -> mint(id, ARM), Thread::startVirtualThread);
        Waiting.until(() -> sandbox().entra().faults().hanging() > 0);
        meanwhile.run();
        sandbox().entra().faults().clear();
        return late.join();
    }

    private static List<String> sent() {
        return refreshRequests().stream()
                .map(request -> request.form().getOrDefault("refresh_token", ""))
                .toList();
    }

    private static UnstoredTokens unstored() {
        return Arc.container().instance(UnstoredTokens.class).get();
    }
}
