package io.tokenbroker.grant;

import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.grant.GrantStore.Target;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Sign-ins and tokens for tests of the store. */
final class Samples {

    static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");
    static final Duration LEASE = Duration.ofSeconds(45);

    /** A lease of this length has ended by the time anybody looks at it. */
    static final Duration ENDED = Duration.ofMillis(-1);

    private Samples() {}

    /** Of an account that no other test has, with the refresh token {@code 0.0}. */
    static SignIn signIn() {
        var account = new AccountId(UUID.randomUUID(), "an identity");
        return new SignIn(account, UUID.randomUUID(), NOW.minusSeconds(100), Optional.of(Secret.of("0.0")), NOW);
    }

    static SignIn withToken(SignIn signIn, String token) {
        return with(signIn, signIn.userId(), signIn.linkedAt(), Optional.of(Secret.of(token)));
    }

    /** FusionAuth has cleared the link's token. */
    static SignIn cleared(SignIn signIn) {
        return with(signIn, signIn.userId(), signIn.linkedAt(), Optional.empty());
    }

    /** The identity belongs to another person. */
    static SignIn ofAnother(SignIn signIn) {
        return with(signIn, UUID.randomUUID(), signIn.linkedAt(), signIn.token());
    }

    /** The same person has linked the identity again. */
    static SignIn relinked(SignIn signIn) {
        return with(signIn, signIn.userId(), signIn.linkedAt().plusSeconds(1), signIn.token());
    }

    /** An access token for this target that lives for an hour. */
    static Target target(String digest, String token) {
        return target(digest, token, Duration.ofHours(1));
    }

    static Target target(String digest, String token, Duration life) {
        var shared = new SharedToken(
                Secret.of(token), Optional.of("a.read b.write"), NOW, NOW.plus(life), NOW.plus(life.dividedBy(2)));
        return new Target(digest, shared);
    }

    private static SignIn with(SignIn signIn, UUID user, Instant linkedAt, Optional<Secret> token) {
        return new SignIn(signIn.account(), user, linkedAt, token, signIn.authorizedAt());
    }
}
