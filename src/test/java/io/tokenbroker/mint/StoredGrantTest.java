package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static io.tokenbroker.mint.Minting.refreshRequests;
import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.arc.Arc;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.OtherReplica;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the store gives where a refresh token can be used again: newest token, one refresh for all, and no more rights. */
@QuarkusTest
@Timeout(60)
class StoredGrantTest extends BrokerTest {

    private static final Duration LATER = Duration.ofSeconds(31);

    /** For so long a link that was not found is not looked for again. */
    private static final Duration MISSED_FOR = Duration.ofSeconds(5);

    private String account = "";

    @BeforeEach
    void link() {
        account = Broker.link(Sandbox.CONTOSO, BLAKE);
    }

    @Test
    void eachRefreshSendsTheTokenThatTheOneBeforeItGave() {
        for (var i = 0; i < 3; i++) {
            mintAnew(account, ARM).then().statusCode(200);
        }

        assertThat(sent()).hasSize(3).doesNotHaveDuplicates();
        assertThat(sent().getFirst()).isEqualTo(Minting.linkOf(account).token());
    }

    @Test
    void noRefreshTokenInTheAnswer() {
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.of(EntraFault.Kind.NO_REFRESH_TOKEN).times(1));
        var before = OtherReplica.version(account);

        mint(account, ARM).then().statusCode(200);

        assertThat(OtherReplica.version(account)).isEqualTo(before + 1);
        forget();
        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
        mintAnew(account, ARM).then().statusCode(200);
        assertThat(sent()).hasSize(2).containsOnly(Minting.linkOf(account).token());
    }

    @Test
    void twoResourcesDoNotEvictEachOther() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofHours(2)));
        for (var minute = 0; minute < 60; minute += 10) {
            // Each time a replica that has no memory of it.
            forget();
            mint(account, ARM).then().statusCode(200);
            forget();
            mint(account, GRAPH).then().statusCode(200);
            TestTime.advance(Duration.ofMinutes(10));
        }

        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(2);
    }

    @Test
    void aTokenThatAnotherReplicaHasReplacedIsReplacedHereWithTheNextRecheck() {
        var first = token(mint(account, ARM));
        var row = (Look.Counting) OtherReplica.look(account, List.of(ARM + "/.default"));
        assertThat(row.token()).isPresent();
        OtherReplica.keep(
                OtherReplica.lease(account), sent().getLast(), List.of(ARM + "/.default"), "what another replica got");

        assertThat(token(mint(account, ARM))).isEqualTo(first);
        TestTime.advance(LATER);

        assertThat(token(mint(account, ARM))).isEqualTo("what another replica got");
        assertThat(sandbox().entra().refreshes(BLAKE)).isEqualTo(1);
    }

    @Test
    void longMintLooksAgain() {
        var late = whileTheTenantHangs(() -> mint(account, ARM), () -> {
            var id = AccountId.parse(account).orElseThrow();
            sandbox().fusionAuth().removeLink(id.providerId(), id.identity());
        });

        late.then().statusCode(404).body(json("code", equalTo("account_not_found")));
    }

    @Test
    void aLongMintOfAnAccountThatIsAnothersByNowGivesNothing() {
        var token = Minting.linkOf(account).token();
        var id = AccountId.parse(account).orElseThrow();
        var late = whileTheTenantHangs(() -> mint(account, ARM), () -> {
            sandbox().fusionAuth().removeLink(id.providerId(), id.identity());
            sandbox().fusionAuth().addLink(FusionAuthStandIn.ZOE_ID, id.providerId(), id.identity(), BLAKE, token);
        });

        late.then().statusCode(404).body(json("code", equalTo("account_not_found")));
    }

    @Test
    void aStaleTokenOfAnAccountThatIsGoneByNowIsNotHandedOut() {
        sandbox().entra().faults().add(EntraFault.life(Duration.ofSeconds(1000)).times(1));
        mint(account, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(800));
        sandbox()
                .entra()
                .faults()
                .add(EntraFault.throttled(Duration.ofSeconds(5)).times(1));

        var late = whileTheTenantHangs(() -> mint(account, ARM), () -> {
            var id = AccountId.parse(account).orElseThrow();
            sandbox().fusionAuth().removeLink(id.providerId(), id.identity());
        });

        late.then().statusCode(404).body(json("code", equalTo("account_not_found")));
    }

    @Test
    void aTokenThatCameTooLateIsNotLost() {
        var link = Minting.linkOf(account);
        var id = AccountId.parse(account).orElseThrow();
        whileTheTenantHangs(
                        () -> mint(account, ARM),
                        () -> sandbox().fusionAuth().removeLink(id.providerId(), id.identity()))
                .then()
                .statusCode(404);

        sandbox().fusionAuth().putLink(link);
        TestTime.advance(MISSED_FOR);

        mint(account, ARM).then().statusCode(200).body(json("source", equalTo("cache")));
    }

    @Test
    void aReplicaThatMintsWhileAnotherDoesWaitsForItsToken() {
        var lease = OtherReplica.lease(account);
        var waiting = List.of(async(() -> mint(account, ARM)), async(() -> mint(account, ARM)));
        OtherReplica.awaitLooks(3);

        OtherReplica.keep(lease, lease.refreshToken().reveal(), List.of(ARM + "/.default"), "of the other replica");

        assertThat(waiting).allSatisfy(each -> assertThat(token(each.join())).isEqualTo("of the other replica"));
        assertThat(sandbox().entra().refreshes()).isZero();
    }

    @Test
    void whoJoinsAMintGetsNoLessValidityThanAskedFor() {
        var lease = OtherReplica.lease(account);
        var modest = async(() -> Broker.mint(account, Map.of("resource", ARM, "min_validity", 60)));
        OtherReplica.awaitLooks(2);
        var demanding = async(() -> mint(account, ARM));
        OtherReplica.awaitLooks(4);

        OtherReplica.keep(
                lease, lease.refreshToken().reveal(), List.of(ARM + "/.default"), "short", Duration.ofMinutes(2));

        assertThat(token(modest.join())).isEqualTo("short");
        demanding.join().then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void aLeaseThatAnotherReplicaGivesBackIsTakenAtOnce() {
        var lease = OtherReplica.lease(account);
        var waiting = async(() -> mint(account, ARM));
        OtherReplica.awaitLooks(3);

        lease.release();

        waiting.join().then().statusCode(200).body(json("source", equalTo("refresh")));
    }

    @Test
    void anOldTokenOfAPersonWhoSignsInAgainIsNotSharedAnyMore() {
        var first = token(mint(account, ARM));

        Broker.link(Sandbox.CONTOSO, BLAKE);

        assertThat(token(mint(account, ARM))).isNotEqualTo(first);
        assertThat(sent().getLast()).isEqualTo(Minting.linkOf(account).token());
    }

    /** Another resource's mint must not be answered with this one's token. */
    @Test
    void aSharedTokenIsForItsScopesOnly() {
        var arm = token(mint(account, ARM));
        forget();

        assertThat(token(mint(account, GRAPH))).isNotEqualTo(arm);
        forget();
        assertThat(token(mint(account, ARM))).isEqualTo(arm);
    }

    private static Response whileTheTenantHangs(Supplier<Response> mint, Runnable meanwhile) {
        sandbox().entra().faults().add(EntraFault.of(EntraFault.Kind.HANG));
        var late = async(mint);
        Waiting.until(() -> sandbox().entra().faults().hanging() > 0);
        meanwhile.run();
        TestTime.advance(LATER);
        sandbox().entra().faults().clear();
        return late.join();
    }

    private static List<String> sent() {
        return refreshRequests().stream()
                .map(request -> request.form().getOrDefault("refresh_token", ""))
                .toList();
    }

    private static String token(Response minted) {
        return at(minted.then().statusCode(200).extract(), "access_token");
    }

    private void forget() {
        Arc.container()
                .instance(RememberedLinks.class)
                .get()
                .forget(AccountId.parse(account).orElseThrow());
    }

    private static CompletableFuture<Response> async(Supplier<Response> call) {
        return CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
    }
}
