package io.tokenbroker.grant;

import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What a look at an account's row shows. */
public sealed interface Look {

    /** The store cannot be used, or a token of this account is not stored yet. */
    record Away() implements Look {}

    /** There is no row (version 0), or it is of another link or sign-in. */
    record Foreign(long version) implements Look {}

    /**
     * The row of this link and sign-in.
     *
     * @param lease what is left of another attempt's lease; not positive once expired, empty if the row is free
     * @param token the access token for what was asked, whatever is left of its life
     */
    record Counting(long version, Optional<Mark> mark, Optional<Duration> lease, Optional<SharedToken> token)
            implements Look {}

    /** The provider has refused the refresh token, for a reason such as {@code revoked}. */
    record Mark(String reason, Instant since) {}

    /** An access token that every replica may hand out, the scope that was granted, and when to get a newer one. */
    record SharedToken(Secret value, Optional<String> scope, Instant issuedAt, Instant expiresAt, Instant renewAt) {}
}
