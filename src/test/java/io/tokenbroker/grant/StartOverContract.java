package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.GrantStore.Look.Counting;
import io.tokenbroker.grant.GrantStore.Look.Foreign;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which of two sign-ins a row continues. */
abstract class StartOverContract extends GrantStoreContract {

    StartOverContract(Supplier<GrantStore> store) {
        super(store);
    }

    @Test
    void whereTwoBeginTheFirstDoes() {
        var version = begun();

        assertThat(store().startOver(Samples.withToken(signIn, "1.0"), 0, false))
                .isFalse();
        assertThat(store().startOver(signIn, 0, true)).isFalse();

        assertThat(version()).isEqualTo(version);
        assertThat(newestToken(signIn)).isEqualTo("0.0");
    }

    @Test
    void aRowThatIsGoneIsNotChanged() {
        var version = begun();
        store().remove(signIn);

        assertThat(store().startOver(Samples.withToken(signIn, "1.0"), version, false))
                .isFalse();

        assertThat(version()).isZero();
    }

    @Test
    void aNewerSignInTakesTheRow() {
        var version = begun();
        shared(leased(), "0.1", Samples.target(MAIL, "a"));
        var newer = Samples.withToken(signIn, "1.0");

        assertThat(store().startOver(newer, version + 1, false)).isTrue();

        assertForeign(signIn);
        assertThat(look(newer))
                .isEqualTo(new Counting(version + 2, Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(newestToken(newer)).isEqualTo("1.0");
    }

    @Test
    void aNewerSignInEndsTheLeaseOfTheOlder() {
        begun();
        var held = leased();
        var newer = Samples.withToken(signIn, "1.0");

        assertThat(store().startOver(newer, version(), false)).isTrue();

        assertThat(shared(held, "0.1", Samples.target(MAIL, "a"))).isFalse();
        assertThat(counting(look(newer)).token()).isEmpty();
        assertThat(newestToken(newer)).isEqualTo("1.0");
    }

    @Test
    void aSignInThatWasReadBeforeTheRowChangedDoesNotTakeIt() {
        var seen = begun();
        assertThat(store().startOver(Samples.withToken(signIn, "2.0"), seen, false))
                .isTrue();

        assertThat(store().startOver(Samples.withToken(signIn, "1.0"), seen, true))
                .isFalse();
        assertThat(store().startOver(signIn, seen, true)).isFalse();

        assertThat(newestToken(Samples.withToken(signIn, "2.0"))).isEqualTo("2.0");
    }

    @Test
    void theRowOfTheSameSignInStaysAsItIs() {
        begun();
        shared(leased(), "0.1", Samples.target(MAIL, "a"));
        store().end(leased(), Optional.of(REVOKED));
        var before = row();

        assertThat(store().startOver(signIn, before.version(), false)).isFalse();

        assertThat(row()).isEqualTo(before);
    }

    @Test
    void theSameTokenOnAnotherLinkGoesOnAndItsAccessTokensGo() {
        for (var moved : List.of(Samples.ofAnother(signIn), Samples.relinked(signIn))) {
            begun();
            shared(leased(), "0.1", Samples.target(MAIL, "a"));
            store().end(leased(), Optional.of(REVOKED));
            var version = version();

            assertThat(store().startOver(moved, version, false)).isTrue();

            assertForeign(signIn);
            assertThat(look(moved))
                    .isEqualTo(new Counting(version + 1, Optional.empty(), Optional.empty(), Optional.empty()));
            assertThat(newestToken(moved)).isEqualTo("0.1");
            store().remove(moved);
        }
    }

    @Test
    void theSameTokenOnAnotherLinkWaitsForTheEndOfALease() {
        begun();
        var held = leased();
        var moved = Samples.ofAnother(signIn);

        assertThat(store().startOver(moved, version(), false)).isFalse();
        assertThat(kept(held, "0.1")).isTrue();
        assertThat(store().startOver(moved, version() - 1, false)).isFalse();
        assertThat(store().startOver(moved, version(), false)).isTrue();

        assertThat(newestToken(moved)).isEqualTo("0.1");
    }

    @Test
    void theSameTokenOnAnotherLinkDoesNotWaitForALeaseThatHasEnded() {
        begun();
        var late = leaseThatHasEnded();
        var moved = Samples.relinked(signIn);

        assertThat(store().startOver(moved, version(), false)).isTrue();

        assertThat(kept(late, "0.1")).isFalse();
        assertThat(newestToken(moved)).isEqualTo("0.0");
    }

    @Test
    void aPersonWhoHasSignedInEndsTheMarkOfTheSameToken() {
        begun();
        shared(leased(), "0.1", Samples.target(MAIL, "a"));
        store().end(leased(), Optional.of(REVOKED));
        var version = version();

        assertThat(store().startOver(signIn, version - 1, true)).isFalse();
        assertThat(row().mark()).contains(REVOKED);
        assertThat(store().startOver(signIn, version, true)).isTrue();

        assertThat(row().mark()).isEmpty();
        assertThat(row().token()).isPresent();
        assertThat(version()).isEqualTo(version + 1);
        assertThat(newestToken(signIn)).isEqualTo("0.1");
    }

    @Test
    void aLinkWithoutTokenBeginsNothingAndStillEndsAMark() {
        var cleared = Samples.cleared(signIn);
        assertThat(store().startOver(cleared, 0, true)).isFalse();
        assertThat(look(cleared)).isEqualTo(new Foreign(0));
        begun();
        store().end(leased(), Optional.of(REVOKED));

        assertThat(store().startOver(Samples.relinked(cleared), version(), true))
                .isFalse();
        assertThat(store().startOver(cleared, version(), false)).isFalse();
        assertThat(row().mark()).contains(REVOKED);
        assertThat(store().startOver(cleared, version(), true)).isTrue();

        assertThat(row().mark()).isEmpty();
    }

    @Test
    void aNewerSignInEndsTheMarkOfTheOlder() {
        begun();
        store().end(leased(), Optional.of(REVOKED));
        var older = version();
        var newer = Samples.withToken(signIn, "1.0");

        assertThat(store().startOver(newer, older, false)).isTrue();

        assertThat(counting(look(newer)).mark()).isEmpty();
        assertThat(store().startOver(signIn, older, true)).isFalse();
    }

    @Test
    void versionsDoNotRepeat() {
        var seen = new HashSet<Long>();
        for (var i = 0; i < 20; i++) {
            assertThat(seen.add(begun())).isTrue();
            store().remove(signIn);
        }
        assertThat(seen).allSatisfy(version -> assertThat(version).isBetween(1L, 1L << 62));
    }

    @Test
    void aWriteThatKnewTheRowBeforeItWasMadeAnewDoesNothing() {
        var before = begun();
        store().remove(signIn);
        var newer = Samples.relinked(Samples.withToken(signIn, "1.0"));
        assertThat(store().startOver(newer, 0, false)).isTrue();

        assertThat(store().startOver(signIn, before, false)).isFalse();
        assertThat(tried(newer, before, true)).isEmpty();

        assertThat(newestToken(newer)).isEqualTo("1.0");
    }
}
