package io.tokenbroker.grant;

import static io.tokenbroker.grant.ModelCalls.Work.COMPLETE;
import static io.tokenbroker.grant.ModelCalls.Work.MINT;
import static io.tokenbroker.grant.ModelCalls.Work.UNLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.ModelCalls.Call;
import io.tokenbroker.grant.ModelSetup.Event;
import io.tokenbroker.grant.ModelWorld.Kind;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The schedules by which earlier wordings of the store's rules lost an account or gave a token to the wrong user. Each
 * must do no harm, and where the store's own condition prevents it, must do harm without that condition.
 */
class StoreCounterexamplesTest {

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
    void c1AnOldLookAtTheLinkDoesNotPutTheRowBack() {
        var one = c1(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:1.1");
        assertThat(one.handedOut()).containsExactly("at:1.1:X", "at:1.1:X");
        assertThat(one.times("sends rt:1.0")).isEqualTo(1);
        assertThat(c1(BrokenStores.StartsOverAnyVersion::new).broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    private static ModelSchedule c1(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(any(Kind.STRICT).store(store).broker(MINT).broker(MINT))
                .until("A", Call.StartOver.class)
                .step(SIGNS_IN)
                .ends("B")
                .ends("A");
    }

    @Test
    void c1ARememberedLinkDoesNotPutTheRowBackEither() {
        var one = new ModelSchedule(any(Kind.STRICT).broker(MINT, MINT).broker(MINT))
                .ends("A")
                .step(SIGNS_IN)
                .ends("B")
                .step("access tokens expire")
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:1.2");
    }

    @Test
    void c1ALateCompleteLosesToANewerSignIn() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(COMPLETE).broker(COMPLETE, MINT))
                .until("A", Call.StartOver.class)
                .ends("B")
                .ends("B")
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:2.1");
    }

    @Test
    void c3AnUnlinkDoesNotRemoveTheNextLinksRow() {
        var one = c3(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:1.1");
        assertThat(c3(BrokenStores.RemovesAnyLink::new).broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    private static ModelSchedule c3(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(
                        any(Kind.STRICT).stored().store(store).broker(UNLINK).broker(MINT))
                .until("A", Call.Remove.class)
                .step("X links the account")
                .ends("B")
                .ends("A");
    }

    @Test
    void c4AMintThatSeesNoLinkDeletesNothing() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(MINT).broker(MINT))
                .until("A", Call.Keep.class)
                .step(UNLINKED)
                .step(RECHECK)
                .ends("A")
                .step("X links the account")
                .ends("B");

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:1.1:X");
    }

    @Test
    void c4ALinkThatIsNotFoundOnceWronglyCostsOneMint() {
        var one = new ModelSchedule(any(Kind.STRICT).stored().broker(MINT, MINT).broker(MINT))
                .ends("B")
                .fault("A begins to MINT", "which is not found, wrongly")
                .step("access tokens expire")
                .step(RECHECK)
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:0.1:X", "at:0.2:X");
    }

    @Test
    void c5AVersionOfARemovedRowIsNeverThatOfTheNext() {
        var one = c5(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.stored()).contains("rt:2.1");
        assertThat(c5(BrokenStores.RepeatsVersions::new).broken()).anyMatch(rule -> rule.startsWith("I2"));
    }

    private static ModelSchedule c5(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(any(Kind.STRICT)
                        .stored()
                        .store(store)
                        .broker(UNLINK, MINT)
                        .broker(MINT))
                .step(SIGNS_IN)
                .until("B", Call.StartOver.class)
                .ends("A")
                .step("X links the account")
                .until("A", Call.Keep.class)
                .ends("B")
                .ends("A");
    }

    @Test
    void c6AWaiterNeverTakesATokenOfAnotherGrant() {
        var one = new ModelSchedule(
                        any(Kind.STRICT).stored().broker(MINT).broker(MINT).broker(MINT))
                .untilSent("A")
                .until("B", Call.Wait.class)
                .step(UNLINKED)
                .step("Y links the account")
                .ends("C")
                .ends("B")
                .ends("A");

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:1.1:Y");
    }

    @Test
    void c6NobodyTakesATokenOfAnotherGrant() {
        var one = afterAnother(ModelSetup.ModelStore::new);

        assertThat(one.broken()).isEmpty();
        assertThat(one.handedOut()).containsExactly("at:0.1:X", "at:1.1:Y");
        assertThat(afterAnother(BrokenStores.CountsForEverybody::new).broken()).anyMatch(rule -> rule.startsWith("I1"));
    }

    private static ModelSchedule afterAnother(Function<ModelWorld, InMemoryGrantStore> store) {
        return new ModelSchedule(
                        any(Kind.STRICT).stored().store(store).broker(MINT).broker(MINT))
                .ends("A")
                .step(UNLINKED)
                .step("Y links the account")
                .ends("B");
    }

    private static ModelSetup any(Kind kind) {
        return ModelSetup.of(kind).events(2, Event.values()).anyFault(1).time(40, 2);
    }
}
