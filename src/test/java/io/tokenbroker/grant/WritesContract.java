package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Foreign;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** That each write keeps to its condition, and what it leaves behind. */
abstract class WritesContract extends GrantStoreContract {

    WritesContract(Supplier<GrantStore> store) {
        super(store);
    }

    @Test
    void keepStoresTheSuccessorAndEndsTheLease() {
        var version = begun();

        assertThat(kept(leased(), "0.1")).isTrue();

        assertThat(version()).isEqualTo(version + 1);
        assertThat(row().lease()).isEmpty();
        assertThat(leased().refreshToken().reveal()).isEqualTo("0.1");
    }

    @Test
    void keepIsForItsOwnLeaseOnly() {
        var version = begun();
        var held = leased();
        var ofAnother = new GrantStore.Held(signIn, held.root(), held.refreshToken(), version, "another", false);
        var ofOlder = new GrantStore.Held(signIn, held.root(), held.refreshToken(), version - 1, held.owner(), false);

        assertThat(shared(ofAnother, "0.1", Samples.target(MAIL, "a"))).isFalse();
        assertThat(shared(ofOlder, "0.1", Samples.target(MAIL, "a"))).isFalse();

        assertThat(version()).isEqualTo(version);
        assertThat(row().token()).isEmpty();
        assertThat(kept(held, "0.1")).isTrue();
    }

    @Test
    void keepingTwiceIsRecognizedByWhatIsStored() {
        begun();
        var held = leased();
        assertThat(kept(held, "0.1")).isTrue();

        assertThat(kept(held, "0.1")).isFalse();

        assertThat(store().holds(signIn.account(), Secret.of("0.1"))).isTrue();
        assertThat(store().holds(signIn.account(), Secret.of("0.0"))).isFalse();
        assertThat(store().holds(Samples.signIn().account(), Secret.of("0.1"))).isFalse();
    }

    @Test
    void keepSharesTheAccessTokenWithThoseOfTheSameGrant() {
        begun();
        var target = Samples.target(MAIL, "an access token");
        assertThat(shared(leased(), "0.1", target)).isTrue();

        assertThat(row().token()).contains(target.token());
        assertThat(row("calendar").token()).isEmpty();
        assertThat(counting(look(Samples.cleared(signIn))).token()).contains(target.token());
        assertForeign(Samples.ofAnother(signIn));
    }

    @Test
    void aSharedTokenWithoutScopeHasNone() {
        begun();
        var token = new SharedToken(Secret.of("a"), Optional.empty(), Samples.NOW, Samples.NOW, Samples.NOW);
        shared(leased(), "0.1", new GrantStore.Target(MAIL, token));

        assertThat(row().token()).contains(token);
    }

    @Test
    void anotherRefreshReplacesTheTokenOfItsTargetOnly() {
        begun();
        shared(leased(), "0.1", Samples.target(MAIL, "mail 1"));
        shared(leased(), "0.2", Samples.target("calendar", "calendar 1"));
        shared(leased(), "0.3", Samples.target(MAIL, "mail 2"));
        kept(leased(), "0.4");

        assertThat(row().token().orElseThrow().value().reveal()).isEqualTo("mail 2");
        assertThat(row("calendar").token().orElseThrow().value().reveal()).isEqualTo("calendar 1");
    }

    @Test
    void fiftyAccessTokensOfAnAccountAreKeptThoseThatLiveLongest() {
        begun();
        for (var i = 0; i < 52; i++) {
            shared(leased(), "0." + i, Samples.target("target " + i, "token " + i, Duration.ofMinutes(10 + i)));
        }

        assertThat(row("target 0").token()).isEmpty();
        assertThat(row("target 1").token()).isEmpty();
        for (var i = 2; i < 52; i++) {
            assertThat(row("target " + i).token()).isPresent();
        }
    }

    @Test
    void keepDropsTheAccountsAccessTokensThatHaveExpired() {
        begun();
        shared(leased(), "0.1", Samples.target("old", "a", Duration.ofMinutes(5)));
        shared(leased(), "0.2", Samples.target("good", "b", Duration.ofMinutes(50)));

        var later = Samples.NOW.plus(Duration.ofMinutes(6));
        store().keep(leased(), Secret.of("0.3"), Optional.of(Samples.target(MAIL, "c")), later);

        assertThat(row("old").token()).isEmpty();
        assertThat(row("good").token()).isPresent();
    }

    @Test
    void tokensOf20KiBAreKeptToTheLastCharacter() {
        begun();
        var refreshToken = "r".repeat(20 * 1024 - 1) + "ü";
        var target = Samples.target(MAIL, "a".repeat(20 * 1024 - 1) + "z");

        assertThat(shared(leased(), refreshToken, target)).isTrue();

        assertThat(newestToken(signIn)).isEqualTo(refreshToken);
        assertThat(row().token()).contains(target.token());
    }

    @Test
    void aReleasedRowIsFreeAndUnchanged() {
        var version = begun();

        assertThat(store().end(leased(), Optional.empty())).isTrue();

        assertThat(version()).isEqualTo(version);
        assertThat(row()).isEqualTo(new Look.Counting(version, Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(newestToken(signIn)).isEqualTo("0.0");
    }

    @Test
    void aMarkEndsTheLeaseAndChangesTheVersion() {
        var version = begun();
        var held = leased();

        assertThat(store().end(held, Optional.of(REVOKED))).isTrue();

        assertThat(version()).isEqualTo(version + 1);
        assertThat(row().mark()).contains(REVOKED);
        assertThat(row().lease()).isEmpty();
        assertThat(store().end(held, Optional.of(REVOKED))).isFalse();
        assertThat(store().end(held, Optional.empty())).isFalse();
    }

    @Test
    void aMarkedRowMayBeTriedAndASuccessEndsTheMark() {
        begun();
        store().end(leased(), Optional.of(REVOKED));

        assertThat(kept(leased(), "0.1")).isTrue();

        assertThat(row().mark()).isEmpty();
    }

    @Test
    void aReleaseLeavesAMark() {
        begun();
        store().end(leased(), Optional.of(REVOKED));

        assertThat(store().end(leased(), Optional.empty())).isTrue();

        assertThat(row().mark()).contains(REVOKED);
    }

    @Test
    void aMarkLosesToANewSignIn() {
        begun();
        var held = leased();
        var newer = Samples.withToken(signIn, "1.0");
        assertThat(store().startOver(newer, version(), true)).isTrue();

        assertThat(store().end(held, Optional.of(REVOKED))).isFalse();
        assertThat(store().end(held, Optional.empty())).isFalse();

        assertThat(counting(look(newer)).mark()).isEmpty();
    }

    @Test
    void theRowOfExactlyThisLinkIsRemoved() {
        begun();
        shared(leased(), "0.1", Samples.target(MAIL, "a"));

        store().remove(Samples.relinked(signIn));
        store().remove(Samples.ofAnother(signIn));
        store().remove(Samples.signIn());
        assertThat(row().token()).isPresent();

        store().remove(signIn);
        assertThat(look(signIn)).isEqualTo(new Foreign(0));
        begun();
        assertThat(row().token()).isEmpty();
    }

    @Test
    void theRowIsRemovedWithItsLinkWhateverTokenThatHolds() {
        begun();
        kept(leased(), "0.1");

        store().remove(Samples.cleared(signIn));

        assertThat(version()).isZero();
    }
}
