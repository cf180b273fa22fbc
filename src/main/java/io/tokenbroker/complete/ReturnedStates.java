package io.tokenbroker.complete;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;

/** States as they come back from a provider: only for the user who started, in time, and from the issuer that was asked. */
@ApplicationScoped
class ReturnedStates {

    private final Sealer sealer;
    private final Clock clock;

    ReturnedStates(Sealer sealer, Clock clock) {
        this.sealer = sealer;
        this.clock = clock;
    }

    AuthorizationState open(Caller.User user, CompleteRequest request) {
        var state = sealer.open(AuthorizationState.PURPOSE, request.state(), AuthorizationState.class)
                .filter(opened -> opened.userId().equals(user.id()))
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.INVALID_STATE,
                                "The state was not made by this broker for this user. Start again, and send back exactly what the provider returned."));
        if (!clock.instant().isBefore(state.expiresAt())) {
            throw new BrokerException(ProblemType.STATE_EXPIRED, "The sign-in took too long. Start again.");
        }
        requireIssuer(state, request);
        return state;
    }

    /** RFC 9207 §2.4. An issuer we do not know, since only endpoints are configured, cannot be compared. */
    private static void requireIssuer(AuthorizationState state, CompleteRequest request) {
        if (request.iss() != null && state.issuer() != null && !state.issuer().equals(request.iss())) {
            throw new BrokerException(
                    ProblemType.AUTHORIZATION_FAILED,
                    "The answer comes from another issuer than the one asked. Nothing was redeemed; start again.");
        }
    }
}
