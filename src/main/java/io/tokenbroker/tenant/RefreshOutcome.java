package io.tokenbroker.tenant;

import io.tokenbroker.problem.Upstream;
import io.tokenbroker.seal.Secret;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** How a refresh grant ended. Only this package reads HTTP and OAuth error codes. */
public sealed interface RefreshOutcome {

    /**
     * @param expiresIn how long the access token lives from now
     * @param refreshIn when the provider would like to be asked again, if it says so
     * @param scope what was granted, as the provider words it; never a key to anything
     * @param refreshToken the next refresh token; without one the old stays
     * @param idToken names the owner of these tokens, if the provider sends one
     */
    record Refreshed(
            Secret accessToken,
            Duration expiresIn,
            Optional<Duration> refreshIn,
            Optional<String> scope,
            Optional<Secret> refreshToken,
            Optional<Secret> idToken)
            implements RefreshOutcome {}

    /** Refused or not answered. */
    sealed interface NoToken extends RefreshOutcome {}

    /**
     * The provider understood and refused.
     *
     * @param reason a word for people and programs, such as {@code revoked}
     * @param unexplained whether nothing but the general error says so: neither a suberror nor a known number
     * @param claims the claims challenge (RFC 9470, OpenID Connect Core §5.5) to pass to the authorize endpoint
     */
    record Refused(Refusal refusal, String reason, boolean unexplained, Optional<String> claims, Upstream upstream)
            implements NoToken {}

    /** The provider could not answer now. */
    record Unavailable(Outage outage, Optional<Duration> retryAfter, Upstream upstream) implements NoToken {

        /** The same later, with what is left to wait in whole seconds, rounded up. */
        public Unavailable forAnother(Duration wait) {
            var rounded = wait.plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
            return new Unavailable(outage, Optional.of(rounded), upstream);
        }
    }

    /** What is refused, and so who must act. */
    enum Refusal {
        /** The person must authorize again. */
        REAUTHORIZATION_REQUIRED(Breadth.ACCOUNT),
        /** The account's administrator must act. */
        ACCOUNT_DISABLED(Breadth.ACCOUNT),
        /** Consent is missing. */
        CONSENT_REQUIRED(Breadth.RESOURCE),
        /** The person must sign in with more than before. */
        INTERACTION_REQUIRED(Breadth.RESOURCE),
        /** Conditional access says no. */
        BLOCKED_BY_POLICY(Breadth.RESOURCE),
        /** The request's scope. */
        INVALID_SCOPE(Breadth.RESOURCE),
        /** The request's resource. */
        INVALID_TARGET(Breadth.RESOURCE),
        /** The client's permissions there, or something else that only this request shows; the operator must act. */
        MISCONFIGURED_FOR_RESOURCE(Breadth.RESOURCE),
        /** The client itself: its id, its secret, its tenant; the operator must act. */
        MISCONFIGURED(Breadth.PROVIDER),
        /** An answer that fits nothing known. */
        NOT_UNDERSTOOD(Breadth.ANSWER);

        private final Breadth breadth;

        Refusal(Breadth breadth) {
            this.breadth = breadth;
        }

        public Breadth breadth() {
            return breadth;
        }
    }

    /** For what a refusal speaks. */
    enum Breadth {
        /** For every account of the provider. */
        PROVIDER,
        /** For the account, whatever is asked for. */
        ACCOUNT,
        /** For the account and what was asked for; other resources may work. */
        RESOURCE,
        /** For itself: the next answer may be another. */
        ANSWER
    }

    enum Outage {
        /** No account may ask, for some time. */
        THROTTLED,
        /** This account may not ask for this, for some time: it did too often. */
        ASKED_TOO_OFTEN,
        FAILING,
        /** No connection: nothing was sent. */
        UNREACHABLE,
        /** Whether the provider has done what was asked is not known. */
        BROKEN_OFF,
        TIMED_OUT,
        /** It was not asked: too many wait for it already. */
        CROWDED
    }
}
