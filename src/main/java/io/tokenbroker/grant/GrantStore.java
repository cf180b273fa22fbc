package io.tokenbroker.grant;

import io.tokenbroker.grant.Look.Mark;
import io.tokenbroker.grant.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.SignIn;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The statements on the rows. Each is conditional, is committed when it returns, and says whether its condition held. Has
 * a twin in memory, by which the rules are checked. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}.
 */
interface GrantStore {

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

    /** A lease, and what the row held when it was taken. */
    record Held(SignIn signIn, String root, Secret refreshToken, long version, String owner) {}

    record Target(String digest, SharedToken token) {
        static String digest(List<String> scopes) {
            return Secret.of("").sha256With(Secret.of(String.join(" ", scopes)));
        }
    }
}
