package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.DEVON;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.mint.Minting.LINK_API;
import static io.tokenbroker.mint.Minting.ORDERS;
import static io.tokenbroker.mint.Minting.account;
import static io.tokenbroker.mint.Minting.linkOf;
import static io.tokenbroker.mint.Minting.mint;
import static io.tokenbroker.mint.Minting.mintAnew;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Sweeping;
import io.tokenbroker.mint.Minting.MintSettings;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Introspection;
import io.tokenbroker.sandbox.fusionauth.Fault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.fusionauth.Unknown;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a used refresh token is spent (Adatum, by the settings) and where it stays good (Contoso). */
@QuarkusTest
@TestProfile(MintSettings.class)
@Timeout(60)
class MintRotationTest extends BrokerTest {

    /** After so long whoever made a shadow is taken for dead. */
    private static final Duration STALE = Duration.ofSeconds(61);

    private String account = "";

    @BeforeEach
    void link() {
        sandbox().entra().consents().grant(DEVON, ARM);
        account = Broker.link(Sandbox.ADATUM, DEVON);
        sandbox().entra().switches().singleUseRefreshTokens(true);
    }

    @Test
    void aSpentTokenIsReplacedOnTheLinkBeforeTheAnswer() {
        var first = linkOf(account);

        for (var i = 0; i < 5; i++) {
            mintAnew(account, ARM).then().statusCode(200).body("source", equalTo("refresh"));
            holdsAnUnusedToken();
        }

        var last = linkOf(account);
        assertThat(last.token()).isNotEqualTo(first.token());
        assertThat(last.userId()).isEqualTo(first.userId());
        assertThat(last.displayName()).isEqualTo(first.displayName());
    }

    @Test
    void mintsOfSeveralResourcesAtOnceTakeTurns() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var mints = Stream.of(ARM, GRAPH, ORDERS, ARM + "/", GRAPH + "/", ORDERS + "/", ARM, GRAPH)
                    .map(resource -> CompletableFuture.supplyAsync(() -> mint(account, resource), threads))
                    .toList();

            assertThat(mints).allSatisfy(minted -> minted.get().then().statusCode(200));
        }
        assertThat(sandbox().entra().refreshes(DEVON)).isEqualTo(6);
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void nobodyWaitsForAllWhoAreBeforeThemAtATenantThatHangs() {
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.Fault.of(io.tokenbroker.sandbox.entra.Fault.Kind.HANG));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var mints = Stream.of(ARM, GRAPH, ORDERS, ARM + "/", GRAPH + "/", ORDERS + "/")
                    .map(resource -> CompletableFuture.supplyAsync(() -> mint(account, resource), threads))
                    .toList();

            assertThat(mints)
                    .allSatisfy(minted -> assertThat(minted.get().statusCode()).isIn(503, 504))
                    .anySatisfy(minted -> assertThat(minted.get().jsonPath().getString("detail"))
                            .contains("wait"));
        }
        assertThat(sandbox().entra().faults().hanging()).isLessThan(6);
    }

    @Test
    void accessTokensFromBeforeARotationAreStillServed() {
        var before = mint(account, ARM);
        mint(account, GRAPH).then().body("source", equalTo("refresh"));

        mint(account, ARM).then().body("source", equalTo("cache"));
        TestTime.advance(Duration.ofSeconds(31));
        mint(account, ARM)
                .then()
                .body("source", equalTo("cache"))
                .body("access_token", equalTo(before.path("access_token")));
    }

    @Test
    void aReadThatBeganBeforeARotationCostsNoCachedToken() throws Exception {
        mint(account, ARM).then().statusCode(200);
        var read = new CountDownLatch(1);
        var rotated = new CountDownLatch(1);
        var first = new AtomicBoolean(true);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("GET") && first.getAndSet(false)) {
                read.countDown();
                await(rotated);
            }
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var early = CompletableFuture.supplyAsync(() -> account(account), threads);
            await(read);

            mint(account, GRAPH).then().statusCode(200).body("source", equalTo("refresh"));
            rotated.countDown();

            early.get().then().statusCode(200);
        }
        mint(account, ARM).then().body("source", equalTo("cache"));
    }

    @Test
    void aTenantThatGivesNoNewTokenLeavesTheOldOne() {
        var stored = linkOf(account).token();
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.Fault.of(io.tokenbroker.sandbox.entra.Fault.Kind.NO_REFRESH_TOKEN));

        mint(account, ARM).then().statusCode(200);

        assertThat(linkOf(account).token()).isEqualTo(stored);
        assertThat(sandbox().fusionAuth().links()).hasSize(1);
    }

    @Test
    void aTokenThatCouldNotBeStoredIsStoredByTheNextMint() {
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));

        fusionAuthUnavailable();
        fusionAuthUnavailable();
        assertThat(sandbox().entra().refreshes(DEVON)).isEqualTo(1);
        sandbox().fusionAuth().clearFaults();

        mint(account, ARM).then().statusCode(200).body("source", equalTo("refresh"));
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void aTokenThatWasNotStoredIsDroppedWhenThePersonSignedInMeanwhile() {
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));
        fusionAuthUnavailable();
        sandbox().fusionAuth().clearFaults();

        Broker.link(Sandbox.ADATUM, DEVON);
        var renewed = linkOf(account).token();
        mint(account, ARM).then().statusCode(200);

        assertThat(sandbox().entra().introspect(String.valueOf(renewed)).uses()).isEqualTo(1);
        holdsAnUnusedToken();
    }

    @Test
    void aWriteThatFailsHalfWayLeavesTheAccountListedAndIsFinishedByTheNextMint() {
        // The token is safe once the shadow holds it, so this mint is answered.
        var failing = new AtomicBoolean();
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST")
                    && request.body().contains("~rotating")
                    && failing.compareAndSet(false, true)) {
                sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));
            }
        });

        mint(account, ARM).then().statusCode(200);
        assertThat(shadows()).hasSize(1);
        Broker.alice()
                .get("/accounts")
                .then()
                .statusCode(200)
                .body("accounts.id", equalTo(List.of(account)))
                .body("accounts.status", equalTo(List.of("active")));
        sandbox().fusionAuth().clearFaults();

        mintAnew(account, ARM).then().statusCode(200);
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void writesWhoseAnswerIsLostAreNotDoneTwice() {
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.ERROR_500)
                        .on("POST", LINK_API)
                        .times(2)
                        .onceCommitted());

        mint(account, ARM).then().statusCode(200);

        holdsAnUnusedToken();
    }

    @Test
    void aShadowLeftBesideTheLinkHasTheNewerToken() {
        var spent = linkOf(account);
        mint(account, ARM).then().statusCode(200);
        var newest = linkOf(account);
        addShadow(newest.token());
        sandbox().fusionAuth().putLink(spent);
        TestTime.advance(STALE);

        mintAnew(account, ARM).then().statusCode(200);

        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void aShadowLeftAloneIsTheAccount() {
        mint(account, ARM).then().statusCode(200);
        var newest = linkOf(account);
        sandbox().fusionAuth().removeLink(newest.identityProviderId(), newest.identityProviderUserId());
        addShadow(newest.token());
        TestTime.advance(STALE);

        account(account).then().statusCode(200).body("status", equalTo("active"));
        mintAnew(account, ARM).then().statusCode(200);

        holdsAnUnusedToken();
    }

    @Test
    void aShadowOlderThanTheSignInIsDropped() {
        addShadow("a-dead-token");
        Broker.link(Sandbox.ADATUM, DEVON);
        var renewed = linkOf(account).token();
        TestTime.advance(STALE);

        mintAnew(account, ARM).then().statusCode(200);

        assertThat(sandbox().entra().introspect(String.valueOf(renewed)).uses()).isEqualTo(1);
        holdsAnUnusedToken();
    }

    @Test
    void aServerThatAnswers200ToADuplicateDoesNotCostTheToken() {
        sandbox().fusionAuth().switches().set(Unknown.SameUserDuplicate.UNCHANGED_200);
        mint(account, ARM).then().statusCode(200);
        sandbox().fusionAuth().before(request -> {
            if (request.method().equals("POST") && request.body().contains("~rotating")) {
                sandbox().fusionAuth().before(again -> {});
                addShadow(null);
            }
        });

        mintAnew(account, ARM).then().statusCode(503);
        TestTime.advance(STALE);
        mintAnew(account, ARM).then().statusCode(200);

        holdsAnUnusedToken();
    }

    @Test
    void anUnlinkDuringARefreshStands() throws Exception {
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.Fault.of(io.tokenbroker.sandbox.entra.Fault.Kind.HANG)
                        .times(1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var minting = CompletableFuture.supplyAsync(() -> mint(account, ARM), threads);
            Waiting.until(() -> sandbox().entra().faults().hanging() != 0);
            var link = linkOf(account);
            sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
            sandbox().entra().faults().release();
            minting.get();
        }

        assertThat(sandbox().fusionAuth().links()).isEmpty();
        mint(account, ARM).then().statusCode(404);
    }

    @Test
    void anUnlinkRightAfterTheNewLinkWasMadeStands() {
        var link = linkOf(account);
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST")
                    && request.path().equals(LINK_API)
                    && sandbox().fusionAuth().links().size() == 2) {
                sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
            }
        });

        mint(account, ARM).then().statusCode(200);

        sandbox().fusionAuth().after((request, reply) -> {});
        assertThat(sandbox().fusionAuth().links()).isEmpty();
        mint(account, ARM).then().statusCode(404);
    }

    @Test
    void aReusableTokenIsLeftAloneForAMonthAndThenReplaced() {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var first = linkOf(reusable);

        mint(reusable, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofDays(29));
        mint(reusable, ARM).then().statusCode(200).body("source", equalTo("refresh"));
        assertThat(linkOf(reusable)).isEqualTo(first);

        TestTime.advance(Duration.ofDays(2));
        mint(reusable, ARM).then().statusCode(200).body("source", equalTo("refresh"));
        var replaced = linkOf(reusable);
        assertThat(replaced.token()).isNotEqualTo(first.token());
        assertThat(introspect(replaced).uses()).isZero();
        assertThat(shadows()).isEmpty();

        mintAnew(reusable, ARM).then().statusCode(200);
        assertThat(linkOf(reusable)).isEqualTo(replaced);
        // Ninety days after its issue the first one would be dead.
        TestTime.advance(Duration.ofDays(70));
        mint(reusable, ARM).then().statusCode(200);
    }

    @Test
    void aReusableTokenThatCannotBeReplacedYetStillServes() {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var first = linkOf(reusable);
        TestTime.advance(Duration.ofDays(31));
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));

        mint(reusable, ARM).then().statusCode(200);
        mintAnew(reusable, ARM).then().statusCode(200);
        assertThat(linkOf(reusable)).isEqualTo(first);

        sandbox().fusionAuth().clearFaults();
        mintAnew(reusable, ARM).then().statusCode(200);
        assertThat(linkOf(reusable).token()).isNotEqualTo(first.token());
        assertThat(shadows()).isEmpty();
    }

    @Test
    void aMintWaitsForNobodysSignInOnlyToReplaceAReusableToken() throws Exception {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var first = linkOf(reusable);
        TestTime.advance(Duration.ofDays(31));
        var callback = Broker.signIn(Broker.start(Sandbox.CONTOSO), "bea@contoso.com");
        var signsIn = new CountDownLatch(1);
        var minted = new CountDownLatch(1);
        sandbox().fusionAuth().before(request -> {
            if (request.path().equals("/api/identity-provider/login")) {
                signsIn.countDown();
                await(minted);
            }
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var signIn = CompletableFuture.supplyAsync(() -> Broker.complete(Broker.alice(), callback), threads);
            await(signsIn);

            mint(reusable, ARM).then().statusCode(200).body("source", equalTo("refresh"));

            assertThat(signIn).isNotDone();
            assertThat(linkOf(reusable)).isEqualTo(first);
            minted.countDown();
            signIn.get();
        }
        mintAnew(reusable, ARM).then().statusCode(200);
        assertThat(linkOf(reusable).token()).isNotEqualTo(first.token());
    }

    @Test
    void aShadowOfAReusableTokenIsFinishedToo() {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var link = linkOf(reusable);
        sandbox()
                .fusionAuth()
                .addLink(
                        link.userId(),
                        link.identityProviderId(),
                        link.identityProviderUserId() + "~rotating",
                        "b",
                        link.token());

        // It may be another broker's, which is at work: the link's own token is good meanwhile.
        mint(reusable, ARM).then().statusCode(200);
        assertThat(shadows()).hasSize(1);
        TestTime.advance(STALE);
        mintAnew(reusable, ARM).then().statusCode(200);

        assertThat(shadows()).isEmpty();
        assertThat(linkOf(reusable).token()).isEqualTo(link.token());
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.Kind.class,
            names = {"DROP", "ERROR_500"})
    void aDeletionWhoseAnswerIsLostIsNoUnlink(Fault.Kind kind) {
        mint(account, ARM).then().statusCode(200);
        var deletions = sandbox().fusionAuth().count("DELETE", LINK_API);
        sandbox()
                .fusionAuth()
                .fault(Fault.of(kind).on("DELETE", LINK_API).times(2).onceCommitted());

        mintAnew(account, ARM).then().statusCode(200);

        assertThat(sandbox().fusionAuth().count("DELETE", LINK_API) - deletions).isEqualTo(2);
        holdsAnUnusedToken();
    }

    @Test
    void aDeletionThatFailsLeavesTheTokenOnTheShadow() {
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API));

        mint(account, ARM).then().statusCode(200);
        assertThat(shadows()).hasSize(1);
        assertThat(introspect(shadows().getFirst()).uses()).isZero();

        sandbox().fusionAuth().clearFaults();
        mintAnew(account, ARM).then().statusCode(503).body("code", equalTo("fusionauth_unavailable"));
        TestTime.advance(STALE);
        mintAnew(account, ARM).then().statusCode(200);
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void aDeletionThatMayComeLateIsWaitedForIfTheLinkCannotBeReadEither() {
        mint(account, ARM).then().statusCode(200);
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API).times(1));
        sandbox().fusionAuth().before(request -> {
            if (request.method().equals("DELETE")) {
                sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("GET", LINK_API));
            }
        });
        mintAnew(account, ARM).then().statusCode(200);
        sandbox().fusionAuth().before(request -> {});
        sandbox().fusionAuth().clearFaults();

        // Were it finished now, the late deletion would meet the only record.
        waits(60);
        TestTime.advance(STALE);
        mintAnew(account, ARM).then().statusCode(200);

        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.Kind.class,
            names = {"PROXY_200", "PROXY_404", "LIE_200", "LIE_404"})
    void whoeverSaysInFusionAuthsPlaceThatTheLinkHasGoneIsNotBelieved(Fault.Kind kind) {
        mint(account, ARM).then().statusCode(200);
        sandbox().fusionAuth().fault(Fault.of(kind).on("DELETE", LINK_API).times(1));

        mintAnew(account, ARM).then().statusCode(200);
        assertThat(shadows()).hasSize(1);
        waits(60);
        TestTime.advance(STALE);
        mintAnew(account, ARM).then().statusCode(200);

        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void whoeverSaysInFusionAuthsPlaceThatThereIsNoLinkIsNotBelieved() {
        mint(account, ARM).then().statusCode(200);
        var shadowed = new AtomicBoolean();
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST")
                    && request.body().contains("~rotating")
                    && shadowed.compareAndSet(false, true)) {
                sandbox()
                        .fusionAuth()
                        .fault(Fault.of(Fault.Kind.PROXY_404)
                                .on("GET", LINK_API)
                                .times(1));
            }
        });

        mintAnew(account, ARM).then().statusCode(200);
        mintAnew(account, ARM).then().statusCode(200);

        assertThat(shadowed).isTrue();
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
        holdsAnUnusedToken();
    }

    @Test
    void aNewerTokenStaysEvenIfFusionAuthsClockSaysThatNobodySignedIn() throws Exception {
        sandbox()
                .entra()
                .faults()
                .add(io.tokenbroker.sandbox.entra.Fault.of(io.tokenbroker.sandbox.entra.Fault.Kind.HANG)
                        .times(1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var minting = CompletableFuture.supplyAsync(() -> mint(account, ARM), threads);
            Waiting.until(() -> sandbox().entra().faults().hanging() != 0);
            sandbox().fusionAuth().putLink(linkOf(account).withToken("a-newer-token"));
            sandbox().entra().faults().release();
            minting.get();
        }

        assertThat(linkOf(account).token()).isEqualTo("a-newer-token");
    }

    @Test
    void nobodyUnlinksWhileAShadowMayStillComeThatWouldBringTheAccountBack() {
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.DROP).on("POST", LINK_API).times(1));
        mint(account, ARM).then().statusCode(503);

        Broker.alice()
                .delete("/accounts/{id}", account)
                .then()
                .statusCode(503)
                .body("code", equalTo("fusionauth_unavailable"));
        mint(account, ARM).then().statusCode(200);
        TestTime.advance(STALE);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
    }

    @Test
    void aTokenOfAnotherIdentityIsNotHandedOutAndItsSuccessorIsKept() {
        var link = linkOf(account);
        sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
        sandbox().fusionAuth().addLink(link.userId(), link.identityProviderId(), "somebody", DEVON, link.token());
        var mixedUp = new AccountId(link.identityProviderId(), "somebody").toString();

        for (var i = 0; i < 2; i++) {
            mint(mixedUp, ARM).then().statusCode(502).body("code", equalTo("upstream_error"));
        }

        assertThat(introspect(linkOf(mixedUp)).uses()).isZero();
        assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
    }

    @Test
    void theSweepFinishesWhatNobodyUses() {
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("DELETE", LINK_API));
        mint(account, ARM).then().statusCode(200);
        sandbox().fusionAuth().clearFaults();

        Sweeping.now();

        holdsAnUnusedToken();
    }

    @Test
    void theSweepComesBackToAUserOfWhomARotationWasLeftSinceItsLastLook() {
        mint(account, ARM).then().statusCode(200);
        Sweeping.now();
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("DELETE", LINK_API));
        mint(account, GRAPH).then().statusCode(200);
        sandbox().fusionAuth().clearFaults();

        Sweeping.now();

        holdsAnUnusedToken();
    }

    @Test
    void theSweepComesBackToAUserOfWhomAReplacementFailedSinceItsLastLook() {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(Duration.ofDays(31));
        account(reusable).then().statusCode(200);
        Sweeping.now();
        var failing = new AtomicBoolean();
        sandbox().fusionAuth().after((request, reply) -> {
            if (request.method().equals("POST") && failing.compareAndSet(false, true)) {
                sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("GET", LINK_API));
            }
        });
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.ERROR_500)
                        .on("POST", LINK_API)
                        .times(1)
                        .onceCommitted());
        mint(reusable, ARM).then().statusCode(200);
        assertThat(shadows()).hasSize(1);
        sandbox().fusionAuth().clearFaults();

        Sweeping.now();

        assertThat(shadows()).isEmpty();
    }

    @Test
    void theSweepStoresWhatCouldNotBeStored() {
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));
        fusionAuthUnavailable();
        sandbox().fusionAuth().clearFaults();

        Sweeping.now();

        holdsAnUnusedToken();
    }

    @Test
    void whereThereIsNoRoomForAShadowTheSpentLinkGoesFirst() {
        withLinkLimit(Sandbox.ADATUM, 1, () -> {
            mint(account, ARM).then().statusCode(200);
            holdsAnUnusedToken();

            sandbox().fusionAuth().after((request, reply) -> {
                if (request.method().equals("DELETE")) {
                    sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API));
                }
            });
            mintAnew(account, ARM).then().statusCode(503);
            account(account).then().statusCode(200);
            sandbox().fusionAuth().after((request, reply) -> {});
            sandbox().fusionAuth().clearFaults();

            mintAnew(account, ARM).then().statusCode(200);
            holdsAnUnusedToken();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereThereIsNoRoomNothingIsMadeBeforeALateDeletionMustBeOver(boolean done) {
        withLinkLimit(Sandbox.ADATUM, 1, () -> {
            var fault = Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API).times(1);
            sandbox().fusionAuth().fault(done ? fault.onceCommitted() : fault);
            var link = linkOf(account);

            waits(60);
            if (!done) {
                TestTime.advance(Duration.ofSeconds(20));
                sandbox().fusionAuth().removeLink(link.identityProviderId(), link.identityProviderUserId());
            }
            waits(done ? 60 : 40);
            account(account).then().statusCode(200).body("status", equalTo("active"));
            assertThat(sandbox().fusionAuth().links()).isEmpty();

            TestTime.advance(STALE);
            mintAnew(account, ARM).then().statusCode(200);
            assertThat(sandbox().entra().refreshTokenCounts().usedAgain()).isZero();
            holdsAnUnusedToken();
        });
    }

    @Test
    void whereThereIsNoRoomALinkWhoseDeletionWasNotDoneIsReplacedLater() {
        withLinkLimit(Sandbox.ADATUM, 1, () -> {
            sandbox()
                    .fusionAuth()
                    .fault(Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API).times(1));
            waits(60);

            TestTime.advance(STALE);
            Sweeping.now();
            assertThat(sandbox().entra().refreshes(DEVON)).isEqualTo(1);
            holdsAnUnusedToken();
        });
    }

    @Test
    void whereThereIsNoRoomALinkThatMayComeLateIsWaitedFor() {
        withLinkLimit(Sandbox.ADATUM, 1, () -> {
            sandbox().fusionAuth().after((request, reply) -> {
                if (request.method().equals("DELETE")) {
                    sandbox()
                            .fusionAuth()
                            .fault(Fault.of(Fault.Kind.DROP)
                                    .on("POST", LINK_API)
                                    .times(1));
                }
            });
            waits(60);
            sandbox().fusionAuth().after((request, reply) -> {});
            waits(60);
            assertThat(sandbox().fusionAuth().links()).isEmpty();

            TestTime.advance(STALE);
            mintAnew(account, ARM).then().statusCode(200);
            holdsAnUnusedToken();
        });
    }

    @Test
    void nobodyUnlinksWhileADeletionWithoutAClaimMayStillCome() {
        withLinkLimit(Sandbox.ADATUM, 1, () -> {
            sandbox()
                    .fusionAuth()
                    .fault(Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API).times(1));
            waits(60);

            Broker.alice()
                    .delete("/accounts/{id}", account)
                    .then()
                    .statusCode(503)
                    .body("code", equalTo("fusionauth_unavailable"));
            TestTime.advance(STALE);
            Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
        });
    }

    @Test
    void whoAsksForAnAccountThatTheBrokerLeavesAloneHearsAtOnceForHowLong() {
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.DROP).on("DELETE", LINK_API).times(1));
        mint(account, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofSeconds(20));
        var looks = sandbox().fusionAuth().count("GET", LINK_API);

        waits(40);
        assertThat(sandbox().fusionAuth().count("GET", LINK_API) - looks).isLessThan(5);

        TestTime.advance(Duration.ofSeconds(41));
        mintAnew(account, ARM).then().statusCode(200);
        holdsAnUnusedToken();
    }

    /** Seconds, or a few less: time runs on. */
    private void waits(int seconds) {
        var refused = mintAnew(account, ARM);
        refused.then().statusCode(503).body("code", equalTo("fusionauth_unavailable"));
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(seconds - 9, seconds);
    }

    @Test
    void whereThereIsNoRoomAReusableTokenStays() {
        sandbox().entra().switches().singleUseRefreshTokens(false);
        var reusable = Broker.link(Sandbox.CONTOSO, BLAKE);
        var first = linkOf(reusable);
        TestTime.advance(Duration.ofDays(31));

        withLinkLimit(Sandbox.CONTOSO, 1, () -> mint(reusable, ARM).then().statusCode(200));
        assertThat(linkOf(reusable)).isEqualTo(first);
        mintAnew(reusable, ARM).then().statusCode(200);
        assertThat(linkOf(reusable).token()).isNotEqualTo(first.token());
    }

    private static void withLinkLimit(UUID provider, int limit, Runnable work) {
        var usual = sandbox().fusionAuth().providers().stream()
                .filter(one -> one.id().equals(provider))
                .findFirst()
                .orElseThrow();
        sandbox().fusionAuth().addProvider(usual.withLinkLimit(FusionAuthStandIn.TENANT_ID, limit));
        try {
            work.run();
        } finally {
            sandbox().fusionAuth().addProvider(usual);
        }
    }

    private void fusionAuthUnavailable() {
        mint(account, ARM)
                .then()
                .statusCode(503)
                .body("code", equalTo("fusionauth_unavailable"))
                .header("Retry-After", notNullValue());
    }

    private void holdsAnUnusedToken() {
        assertThat(introspect(linkOf(account)).active()).isTrue();
        assertThat(introspect(linkOf(account)).uses()).isZero();
        assertThat(shadows()).isEmpty();
    }

    private void addShadow(@Nullable String token) {
        var link = AccountId.parse(account).orElseThrow();
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, link.providerId(), link.identity() + "~rotating", DEVON, token);
    }

    private static Introspection introspect(Link link) {
        return sandbox().entra().introspect(String.valueOf(link.token()));
    }

    private static List<Link> shadows() {
        return sandbox().fusionAuth().links().stream()
                .filter(link -> link.identityProviderUserId().endsWith("~rotating"))
                .toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }
}
