package io.tokenbroker.tenant;

import io.tokenbroker.problem.Upstream;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.util.Optional;

/** How a refresh grant ended: decided once, here, so that nobody looks at HTTP or OAuth error codes again. */
public sealed interface RefreshOutcome {

    /**
     * @param expiresIn how long the access token lives from now
     * @param scope what was granted, as the provider words it; never a key to anything
     * @param refreshToken the next refresh token; without one the old stays
     * @param idToken says whose tokens these are, where the provider sends one
     */
    record Refreshed(
            Secret accessToken,
            Duration expiresIn,
            Optional<String> scope,
            Optional<Secret> refreshToken,
            Optional<Secret> idToken)
            implements RefreshOutcome {}

    /**
     * The provider understood and refused.
     *
     * @param reason a word for people and programs, such as {@code revoked}
     * @param claims the claims challenge (RFC 9470, OpenID Connect Core §5.5) to pass to the authorize endpoint
     */
    record Refused(Refusal refusal, String reason, Optional<String> claims, Upstream upstream)
            implements RefreshOutcome {}

    /** The provider could not answer now. */
    record Unavailable(Outage outage, Optional<Duration> retryAfter, Upstream upstream) implements RefreshOutcome {}

    /** Who must act, in the order of how many accounts it concerns. */
    enum Refusal {
        /** The whole account: the person must authorize again. */
        REAUTHORIZATION_REQUIRED,
        /** The whole account: its administrator must act. */
        ACCOUNT_DISABLED,
        /** This resource: consent is missing. */
        CONSENT_REQUIRED,
        /** This resource: the person must sign in with more than before. */
        INTERACTION_REQUIRED,
        /** This resource: conditional access says no. */
        BLOCKED_BY_POLICY,
        /** The request's scope. */
        INVALID_SCOPE,
        /** The request's resource. */
        INVALID_TARGET,
        /** Every account of the provider: its client or settings are wrong; the operator must act. */
        MISCONFIGURED,
        /** An answer that fits nothing known. */
        NOT_UNDERSTOOD
    }

    enum Outage {
        THROTTLED,
        FAILING,
        UNREACHABLE,
        TIMED_OUT
    }
}
