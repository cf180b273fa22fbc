package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.grant.GrantStore.Look.Counting;
import io.tokenbroker.grant.GrantStore.Look.Foreign;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whose a row is, and that one attempt at a time has it. */
abstract class LookAndLeaseContract extends GrantStoreContract {

    LookAndLeaseContract(Supplier<GrantStore> store) {
        super(store);
    }

    @Test
    void anAccountWithoutRowIsForeign() {
        assertThat(look(signIn)).isEqualTo(new Foreign(0));
        assertThat(version()).isZero();
        assertThat(tried(signIn, 0, true)).isEmpty();
    }

    @Test
    void aNewRowIsFreeAndActive() {
        var version = begun();

        assertThat(version).isPositive();
        assertThat(row()).isEqualTo(new Counting(version, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    @Test
    void aRowCountsForItsUserItsLinkAndItsSignInOnly() {
        begun();

        assertForeign(Samples.ofAnother(signIn));
        assertForeign(Samples.relinked(signIn));
        assertForeign(Samples.withToken(signIn, "1.0"));
    }

    @Test
    void whereTheLinkHoldsNoTokenTheRowSaysWhichSignInCounts() {
        begun();
        var cleared = Samples.cleared(signIn);

        assertThat(look(cleared)).isEqualTo(row());
        assertThat(newestToken(cleared)).isEqualTo("0.0");
        assertForeign(Samples.ofAnother(cleared));
        assertForeign(Samples.relinked(cleared));
        assertThat(tried(Samples.relinked(cleared), version(), true)).isEmpty();
    }

    @Test
    void aLeaseGivesTheNewestTokenAndShowsWhatIsLeftOfIt() {
        var version = begun();

        var held = leased();

        assertThat(held.refreshToken().reveal()).isEqualTo("0.0");
        assertThat(held.version()).isEqualTo(version);
        assertThat(held.root()).isEqualTo(signIn.root().orElseThrow());
        assertThat(version()).isEqualTo(version);
        assertThat(row().lease().orElseThrow()).isBetween(Duration.ofSeconds(35), Samples.LEASE);
    }

    @Test
    void aLeaseIsForTheRowThatWasSeenAndTheSignInThatItContinues() {
        var version = begun();

        assertThat(tried(signIn, version + 1, true)).isEmpty();
        assertThat(tried(signIn, version - 1, true)).isEmpty();
        assertThat(tried(Samples.ofAnother(signIn), version, true)).isEmpty();
        assertThat(tried(Samples.relinked(signIn), version, true)).isEmpty();
        assertThat(tried(Samples.withToken(signIn, "1.0"), version, true)).isEmpty();
        assertThat(tried(signIn, version, false)).isPresent();
    }

    @Test
    void aRunningLeaseIsNobodyElses() {
        var version = begun();
        var held = leased();

        assertThat(tried(signIn, version, false)).isEmpty();
        assertThat(tried(signIn, version, true)).isEmpty();
        assertThat(kept(held, "0.1")).isTrue();
    }

    @Test
    void aLeaseThatHasEndedIsTakenOverOnlyIfAsked() {
        begun();
        var late = leaseThatHasEnded();
        assertThat(row().lease().orElseThrow()).isLessThanOrEqualTo(Duration.ZERO);

        assertThat(tried(signIn, version(), false)).isEmpty();
        var now = tried(signIn, version(), true).orElseThrow();

        assertThat(kept(late, "0.1")).isFalse();
        assertThat(store().end(late, Optional.of(REVOKED))).isFalse();
        assertThat(kept(now, "0.2")).isTrue();
        assertThat(newestToken(signIn)).isEqualTo("0.2");
    }

    @Test
    void aHolderThatIsLateStillKeepsWhereNobodyTookOver() {
        begun();
        var late = leaseThatHasEnded();

        assertThat(kept(late, "0.1")).isTrue();

        assertThat(newestToken(signIn)).isEqualTo("0.1");
    }

    @Test
    void ofTwentyWhoTakeTheSameRowAtOnceOneGetsIt() {
        for (var round = 0; round < 5; round++) {
            var version = begun();

            var held = atOnce(() -> tried(signIn, version, true)).stream()
                    .flatMap(Optional::stream)
                    .toList();

            assertThat(held).hasSize(1);
            assertThat(kept(held.getFirst(), "0.1")).isTrue();
            store().remove(signIn);
        }
    }

    @Test
    void ofTwentyWhoTakeOverTheSameLeaseAtOnceOneGetsIt() {
        var version = begun();
        leaseThatHasEnded();

        assertThat(atOnce(() -> tried(signIn, version, true)))
                .filteredOn(Optional::isPresent)
                .hasSize(1);
    }

    @Test
    void ofTwentyWhoBeginTheSameRowAtOnceOneDoes() {
        assertThat(atOnce(() -> store().startOver(signIn, 0, false))).containsOnlyOnce(true);

        assertThat(row().lease()).isEmpty();
    }

    @Test
    void ofTwentyWhoKeepByTheSameLeaseAtOnceOneDoes() {
        var version = begun();
        Held held = leased();

        assertThat(atOnce(() -> kept(held, "0.1"))).containsOnlyOnce(true);

        assertThat(version()).isEqualTo(version + 1);
    }

    private static <T> List<T> atOnce(Supplier<T> work) {
        var start = new CyclicBarrier(20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> together(start, work), threads))
                    .toList();
            return all.stream().map(CompletableFuture::join).toList();
        }
    }

    private static <T> T together(CyclicBarrier start, Supplier<T> work) {
        try {
            start.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return work.get();
    }
}
