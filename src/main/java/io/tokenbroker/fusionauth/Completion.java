package io.tokenbroker.fusionauth;

import io.tokenbroker.seal.Secret;
import java.util.UUID;

/** How a Complete call ended. Whatever it was, the authorization code is spent. */
public sealed interface Completion {

    /** This user was logged in over a link; which link, FusionAuth does not say. */
    record LoggedIn(UUID userId) implements Completion {}

    /** A login that FusionAuth wants more for, of a user it does not name; it may have written a link. */
    record Interrupted(Interruption why) implements Completion {}

    /** The identity is not linked yet and waits for a confirmation. */
    record Pending(Secret pendingLinkId) implements Completion {}

    record Refused(Refusal refusal) implements Completion {}

    /** No answer, or one that leaves it open whether a link was written. */
    record InDoubt(boolean timedOut) implements Completion {}

    /** What FusionAuth wants before it lets the user log in. */
    enum Interruption {
        PASSWORD_CHANGE,
        SECOND_FACTOR
    }

    /** Why FusionAuth refused to complete. */
    enum Refusal {
        /** The token endpoint did not take the code: spent, expired, another redirect URI, or a wrong client secret. */
        CODE_NOT_REDEEMED,
        /** The userinfo endpoint did not take the access token. */
        USERINFO_FAILED,
        /** The claims lack what FusionAuth needs to know the identity. */
        CLAIMS_MISSING,
        /** A by-email strategy found no user, or an unverified address. */
        NO_MATCHING_USER,
        /** A by-email strategy allows one link per user and provider. */
        USER_HAS_LINK,
        LINK_LIMIT_REACHED,
        LINKING_DISABLED,
        PROVIDER_NOT_USABLE,
        PROVIDER_UNREACHABLE,
        USER_LOCKED,
        LAMBDA_FAILED,
        OTHER
    }
}
