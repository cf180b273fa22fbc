package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Counting;
import io.tokenbroker.grant.GrantStore.Look.Foreign;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** What the tests of every store share: a row, and short words for what is done to it. */
abstract class GrantStoreContract {

    static final Mark REVOKED = new Mark("revoked", Samples.NOW);
    static final String MAIL = "mail";

    /** Of an account that this test alone has. */
    final SignIn signIn = Samples.signIn();

    private final Supplier<GrantStore> store;

    /** @param store gives the store under test, the same each time */
    GrantStoreContract(Supplier<GrantStore> store) {
        this.store = store;
    }

    final GrantStore store() {
        return store.get();
    }

    /** Makes the account's row. */
    final long begun() {
        assertThat(store().startOver(signIn, 0, false)).isTrue();
        return version();
    }

    final long version() {
        return store().version(signIn.account());
    }

    final Held leased() {
        return tried(signIn, version(), false).orElseThrow();
    }

    final Held leaseThatHasEnded() {
        return store().lease(signIn, version(), anOwner(), Samples.ENDED, false).orElseThrow();
    }

    /** A lease that is taken if the row is free, and taken over if asked. */
    final Optional<Held> tried(SignIn caller, long version, boolean takeOver) {
        return store().lease(caller, version, anOwner(), Samples.LEASE, takeOver);
    }

    private static String anOwner() {
        return UUID.randomUUID().toString();
    }

    final boolean kept(Held held, String token) {
        return store().keep(held, Secret.of(token), Optional.empty(), Samples.NOW);
    }

    final boolean shared(Held held, String token, GrantStore.Target target) {
        return store().keep(held, Secret.of(token), Optional.of(target), Samples.NOW);
    }

    final Look look(SignIn caller) {
        return store().look(caller, MAIL);
    }

    final Counting row() {
        return row(MAIL);
    }

    final Counting row(String target) {
        return counting(store().look(signIn, target));
    }

    static Counting counting(Look look) {
        assertThat(look).isInstanceOf(Counting.class);
        return (Counting) look;
    }

    final void assertForeign(SignIn caller) {
        assertThat(look(caller)).isEqualTo(new Foreign(version()));
    }

    /** The refresh token that the next refresh will send. */
    final String newestToken(SignIn caller) {
        var held = tried(caller, version(), true).orElseThrow();
        assertThat(store().end(held, Optional.empty())).isTrue();
        return held.refreshToken().reveal();
    }
}
