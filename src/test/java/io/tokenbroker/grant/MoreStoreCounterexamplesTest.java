package io.tokenbroker.grant;

import static io.tokenbroker.grant.ModelCalls.Work.COMPLETE;
import static io.tokenbroker.grant.ModelCalls.Work.MINT;
import static io.tokenbroker.grant.ModelCalls.Work.UNLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelSetup.Event;
import io.tokenbroker.grant.ModelWorld.Kind;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * From the seventh on: the schedules by which earlier wordings of the store's rules lost an account or gave a token to the wrong user. Each
 * must do no harm, and where the store's own condition prevents it, must do harm without that condition.
 */
class MoreStoreCounterexamplesTest {

    private static final String SIGNS_IN = "the person signs in again elsewhere";
    private static final String UNLINKED = "the link is removed in FusionAuth";
    private static final String RECHECK = "recheck-after passes";

    /** Held here: a logger without a reference forgets its level. */
    private static final Logger WORDS = Logger.getLogger("io.tokenbroker");

    @BeforeAll
    static void sayNothing() {
        WORDS.setLevel(Level.OFF);
    }

    @AfterAll
    static void sayAll() {
        WORDS.setLevel(null);
    }

    @Test
    void c7ATokenOnAnotherUsersLinkGoesOnWithoutTheFirstUsersAccessTokens() {
        var one = c7(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:0.1:X", "at:0.2:Y");
        assertThat(c7(BrokenStores.CountsByRootAlone::new).broken()).anyMatch(rule -> rule.startsWith("I1"));
    }

    private static ModelSchedule c7(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(
                        any(Kind.STRICT).stored().store(store).broker(MINT).broker(MINT))
                .ends("A")
                .step("the link is moved to Y")
                .ends("B");
    }

    @Test
    void c7AMovedLinkWaitsForTheLease() {
        var one = c7UnderLease(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:0.2");
        assertThat(c7UnderLease(BrokenStores.GoesOnUnderLease::new).broken()).isNotEmpty();
    }

    private static ModelSchedule c7UnderLease(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(
                        any(Kind.STRICT).stored().store(store).broker(MINT).broker(MINT))
                .untilSent("A")
                .step("the link is moved to Y")
                .until("B", Call.Wait.class)
                .ends("A")
                .ends("B");
    }

    @Test
    void c8AMintThatTookLongLooksAtTheLinkAgain() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(MINT))
                .untilSent("A")
                .step(UNLINKED)
                .step(RECHECK)
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).isEmpty();
    }

    @Test
    void c9WhatWasNotStoredComesBeforeATakeOver() {
        var one = c9(any(Kind.STRICT));

        assertThat(one.broken()).isEmpty();
        one.step("A begins to RETRY").step("the store has answered for 10 s").ends("B");
        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:0.1:X");
        assertThat(c9(any(Kind.STRICT).hasty()).ends("B").broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    private static ModelSchedule c9(ModelSetup setup) {
        return new ModelSchedule(setup.stored().broker(MINT).broker(MINT))
                .until("A", Call.Keep.class)
                .step("the store goes away")
                .ends("A")
                .step("the lease expires")
                .step("the store is back")
                .until("B", Call.LookAt.class);
    }

    @Test
    void aMovedLinkWaitsForWhatWasNotStored() {
        var one = moved(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(moved(BrokenStores.GoesOnAtOnce::new).broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    /** Found by the model: the other user's mint went on with the spent token before its holder had stored the next. */
    private static ModelSchedule moved(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(
                        any(Kind.STRICT).stored().store(store).broker(MINT).broker(MINT))
                .until("A", Call.Keep.class)
                .step("the link is moved to Y")
                .until("B", Call.StartOver.class)
                .step("the store goes away")
                .ends("A")
                .step("the lease expires")
                .step("the store is back")
                .until("B", Call.LookAt.class)
                .step("A begins to RETRY")
                .isThrough("A");
    }

    @Test
    void c11AMarkLosesToASignIn() {
        var one = c11(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:1.0");
        assertThat(c11(BrokenStores.MarksWithoutLease::new).broken()).anyMatch(rule -> rule.startsWith("I5"));
    }

    private static ModelSchedule c11(Function<ModelWorld, InMemoryGrantStore> store) {
        return spentByACrash(store).until("B", Call.End.class).ends("C").ends("B");
    }

    private static ModelSchedule spentByACrash(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(any(Kind.STRICT)
                        .stored()
                        .store(store)
                        .broker(MINT)
                        .broker(MINT, MINT, MINT)
                        .broker(COMPLETE))
                .untilSent("A")
                .step("A crashes")
                .step("the lease expires");
    }

    @Test
    void c11AMarkIsTriedAgainAfterAQuarterOfAnHour() {
        var one = spentByACrash(ModelSetup.ModelStore::new).ends("B").ends("B");
        assertThat(one.times("sends rt:0.0")).isEqualTo(2);

        for (var count = 0; count < 30; count++) {
            one.step(RECHECK);
        }
        one.ends("B");
        assertThat(one.times("sends rt:0.0")).isEqualTo(3);
    }

    @Test
    void c12AHotCopyOfAnOlderSignInIsNotHandedOutForAClearedLink() {
        var one = new ModelSchedule(any(Kind.STRICT)
                        .events(2, Event.SIGN_IN, Event.CLEAR)
                        .broker(MINT, MINT)
                        .broker(MINT))
                .ends("A")
                .step(SIGNS_IN)
                .ends("B")
                .step("a login clears the link's token")
                .step(RECHECK)
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:0.1:X", "at:1.1:X", "at:1.1:X");
    }

    @Test
    void c14ARestoredBackupIsTheNamedLossOfTokensThatWorkOnce() {
        assertThat(restored(Kind.STRICT).broken()).anyMatch(rule -> rule.startsWith("I2"));
        assertThat(restored(Kind.REUSABLE).broken()).isEmpty();
    }

    private static ModelSchedule restored(Kind kind) {
        var one = new ModelSchedule(any(kind).stored().broker(MINT).broker(MINT));
        var backup = one.world().rows();
        return one.ends("A")
                .change("the store is restored", world -> world.with(backup))
                .ends("B");
    }

    /** One of several replicas has another first sealing key: that is no other sign-in. */
    @Test
    void c2ASignInIsTheSameUnderEverySealingKey() {
        var link = ModelWorld.linked(Kind.STRICT).link().orElseThrow();
        var again = ModelWorld.linked(Kind.STRICT).signedIn(ModelWorld.X).link().orElseThrow();

        // Nothing but the account and the token goes into it: no key could.
        assertThat(SignIn.of(link).root()).contains("67e4e1ae8d73db7fdc91a78785fac423d1682801d86d69c044ff126fccd00870");
        assertThat(SignIn.of(again).root()).isNotEqualTo(SignIn.of(link).root());
    }

    @Test
    void c13TwoResourcesDoNotEvictEachOther() {
        var link = ModelWorld.linked(Kind.STRICT).link().orElseThrow();
        var signIn = SignIn.of(link);
        var store = new InMemoryGrantStore(ModelSetup.DATABASE_CLOCK);
        store.startOver(signIn, 0, false);
        keep(store, signIn, "one", "rt:0.1");
        keep(store, signIn, "two", "rt:0.2");

        assertThat(((Look.Counting) store.look(signIn, "one")).token()).isPresent();
        assertThat(((Look.Counting) store.look(signIn, "two")).token()).isPresent();
    }

    private static void keep(InMemoryGrantStore store, SignIn signIn, String target, String refreshToken) {
        var version = store.version(signIn.account());
        var held = store.lease(signIn, version, target, Duration.ofSeconds(45), true)
                .orElseThrow();
        var ends = ModelWorld.TIME.plusSeconds(3_600);
        var token = new SharedToken(Secret.of(target), Optional.empty(), ModelWorld.TIME, ends, ends);
        assertThat(store.keep(held, Secret.of(refreshToken), Optional.of(new Target(target, token)), ModelWorld.TIME))
                .isTrue();
    }

    /**
     * The other named loss: X unlinks through a broker in the very moment in which an administrator moves the link to Y
     * with its token. The row goes with X's link, and Y has to sign in again.
     */
    @Test
    void aLinkThatIsMovedDuringItsUnlinkIsANamedLoss() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(MINT).broker(UNLINK))
                .ends("A")
                .until("B", Call.DeleteLink.class)
                .step("the link is moved to Y")
                .ends("B");

        assertThat(one.broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    @Test
    void aHolderThatWasStoppedDoesNotSend() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(MINT).broker(MINT))
                .until("A", Call.Take.class)
                .fault("A", "is stopped before it sees the answer")
                .step("the lease expires")
                .ends("B")
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.times("sends rt:0.0")).isEqualTo(1);
    }

    @Test
    void aTokenIsSentOnceMoreInItsGraceWindow() {
        var one = new ModelSchedule(any(Kind.GRACE).stored().broker(MINT).broker(MINT))
                .untilSent("A")
                .fault("A", "its answer is lost")
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:0.2");
        assertThat(one.times("sends rt:0.0")).isEqualTo(2);
    }

    private static ModelSetup any(Kind kind) {
        return ModelSetup.of(kind).events(2, Event.values()).anyFault(1).time(40, 2);
    }
}
