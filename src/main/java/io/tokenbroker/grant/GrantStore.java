package io.tokenbroker.grant;

import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The statements on the rows. Each is conditional, is committed when it returns, and says whether its condition held. Has
 * a twin in memory, by which the rules are checked. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}.
 */
public interface GrantStore {

    /** Before an attempt is taken over that may only have been cut off from the store: then it stores first. */
    Duration SEEN_BEFORE_TAKE_OVER = Duration.ofSeconds(10);

    /** @param target digest of the scopes that an access token is wanted for */
    Look look(SignIn signIn, String target);

    /** The row's version, of any sign-in; 0 for no row. */
    long version(AccountId id);

    /** Takes a free row of this version; one whose lease has expired only with {@code takeOver}. */
    Optional<Held> lease(SignIn signIn, long version, String owner, Duration length, boolean takeOver);

    /** Stores what a refresh gave and ends the lease, in one transaction. */
    boolean keep(Held held, Secret refreshToken, Optional<Target> shared, Instant now);

    /** Whether the row holds this refresh token: then a keep whose answer was lost was carried out. */
    boolean holds(AccountId id, Secret refreshToken);

    /**
     * Makes the row continue this sign-in unless it does. The same sign-in on another link goes on with its newest token,
     * once no lease runs; where one has expired, once the store has answered for as long as before a take-over.
     *
     * @param seen version read before the link was; 0 for no row
     * @param authorized whether the person has just signed in, which also ends a mark
     */
    boolean startOver(SignIn signIn, long seen, boolean authorized);

    /** Ends the lease after a failure; a mark says that only a person can help. */
    boolean end(Held held, Optional<Mark> mark);

    /** Deletes the row of exactly this link. */
    void remove(SignIn signIn);

    /** For how long the store has answered this broker without a failure. */
    Duration answeringFor();

    /**
     * A lease, and what the row held when it was taken.
     *
     * @param wasMarked whether only a person could help, as far as was known
     */
    record Held(SignIn signIn, String root, Secret refreshToken, long version, String owner, boolean wasMarked) {}

    record Target(String digest, SharedToken token) {
        static String digest(List<String> scopes) {
            return Secret.of("").sha256With(Secret.of(String.join(" ", scopes)));
        }
    }

    /** What a look at an account's row shows. */
    sealed interface Look {

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
        record SharedToken(
                Secret value, Optional<String> scope, Instant issuedAt, Instant expiresAt, Instant renewAt) {}
    }
}
