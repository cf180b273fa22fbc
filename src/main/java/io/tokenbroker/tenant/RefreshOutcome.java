package io.tokenbroker.tenant;

import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.time.Time;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How a refresh grant ended. Only this package reads HTTP and OAuth error codes. */
public sealed interface RefreshOutcome {

    /** As metrics have it. */
    default String word() {
        return switch (this) {
            case Refreshed _ -> "refreshed";
            case Unusable _ -> "unusable";
            case Refused refused -> refused.refusal().name().toLowerCase(Locale.ROOT);
            case Unavailable unavailable -> unavailable.outage().name().toLowerCase(Locale.ROOT);
        };
    }

    /**
     * @param expiresIn how long the access token lives from now, if the provider says so
     * @param refreshIn when the provider would like to be asked again, if it says so
     * @param scope what was granted, as the provider words it; never a key to anything
     * @param refreshToken the next refresh token; without one the old stays
     * @param idToken names the owner of these tokens, if the provider sends one
     */
    record Refreshed(
            Secret accessToken,
            Optional<Duration> expiresIn,
            Optional<Duration> refreshIn,
            Optional<String> scope,
            Optional<Secret> refreshToken,
            Optional<Secret> idToken)
            implements RefreshOutcome {}

    /**
     * The provider gave tokens of which the access token cannot be handed out.
     *
     * @param refreshToken the next refresh token, which may be the only one by now
     * @param why in words that hold nothing of the answer
     */
    record Unusable(Secret refreshToken, Refused why) implements RefreshOutcome {}

    /** Refused or not answered. */
    sealed interface NoToken extends RefreshOutcome {}

    /**
     * The provider understood and refused.
     *
     * @param reason a word for people and programs, such as {@code revoked}; of an answer, what cannot be used of it
     * @param unexplained whether nothing but the general error says so: neither a suberror nor a known number
     * @param claims the claims challenge (RFC 9470, OpenID Connect Core §5.5) to pass to the authorize endpoint
     */
    record Refused(Refusal refusal, String reason, boolean unexplained, Optional<String> claims, Upstream upstream)
            implements NoToken {

        /** The same of the scopes asked for: the grant itself works. */
        public Refused asMissingConsent() {
            return new Refused(Refusal.CONSENT_REQUIRED, reason, false, claims, upstream);
        }

        /** The same, where something else than the answer explains it. */
        Refused explained() {
            return new Refused(refusal, reason, false, claims, upstream);
        }
    }

    /** The provider could not answer now. */
    record Unavailable(Outage outage, Optional<Duration> retryAfter, Upstream upstream) implements NoToken {

        /** The same later, with what is left to wait in whole seconds, rounded up. */
        public Unavailable forAnother(Duration wait) {
            return new Unavailable(outage, Optional.of(Duration.ofSeconds(Time.wholeSeconds(wait))), upstream);
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
        /** An answer that fits nothing known. No refresh token is lost by it. */
        NOT_UNDERSTOOD(Breadth.ANSWER),
        /** A success that cannot be read: it may have held the next refresh token. */
        UNREADABLE(Breadth.ANSWER);

        private final Breadth breadth;

        Refusal(Breadth breadth) {
            this.breadth = breadth;
        }

        public Breadth breadth() {
            return breadth;
        }

        /** Whether it speaks of what was asked for, and neither of the grant nor of the person. */
        public boolean isOfRequest() {
            return this == INVALID_SCOPE || this == INVALID_TARGET || this == MISCONFIGURED_FOR_RESOURCE;
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
