package io.tokenbroker.complete;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.seal.Sealer;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * States as they come back from a provider: valid for the user who started, in time, from the issuer that was asked, and
 * once.
 */
@ApplicationScoped
class AuthorizationStates {

    private final Sealer sealer;
    private final Clock clock;

    /** Used on this replica. Elsewhere a second use fails too, since the code is spent; here FusionAuth is not asked. */
    private final Cache<UUID, Boolean> used;

    AuthorizationStates(Sealer sealer, CacheBudget memory, BrokerSettings settings, Clock clock) {
        this.sealer = sealer;
        this.clock = clock;
        var lifetime = settings.authorization().stateLifetime().multipliedBy(2);
        used = memory.cache(
                Share.USED_STATES, Caffeine.newBuilder().expireAfterWrite(lifetime), (state, isUsed) -> 150);
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
        if (request.iss() == null && state.issuerPromised()) {
            throw new BrokerException(
                    ProblemType.AUTHORIZATION_FAILED,
                    "The answer lacks iss, which this provider promises to send (RFC 9207). Nothing was redeemed; send back all of state, code and iss that came.");
        }
        // RFC 9207 §2.4. An issuer we do not know, since only endpoints are configured, cannot be compared.
        if (request.iss() != null && state.issuer() != null && !state.issuer().equals(request.iss())) {
            throw new BrokerException(
                    ProblemType.AUTHORIZATION_FAILED,
                    "The answer comes from another issuer than the one asked. Nothing was redeemed; start again.");
        }
        return state;
    }

    /** Marks the state used, or refuses one that is. */
    void use(AuthorizationState state) {
        if (used.asMap().putIfAbsent(state.id(), true) != null) {
            throw new BrokerException(
                    ProblemType.INVALID_STATE,
                    "This state has been completed already. List the accounts to see what became of it, or start again.");
        }
    }

    /** For a completion that never began. */
    void giveBack(AuthorizationState state) {
        used.invalidate(state.id());
    }

    /** The body of complete: the parameters that the provider sent to the redirect URI, a code or an error. */
    record CompleteRequest(
            String state,
            @Nullable String code,
            @Nullable String iss,
            @Nullable String error,
            @Nullable String errorDescription) {

        private static final int LONGEST_CODE = 8_192;

        @SuppressWarnings("ConstantValue") // JSON may leave out what the type says is there
        CompleteRequest {
            if (state == null || state.isBlank()) {
                throw BrokerException.invalidField("state", "is required");
            }
            if ((code == null) == (error == null)) {
                throw BrokerException.invalidField("code", "or error must be given, not both");
            }
            if (code != null && (code.isBlank() || code.length() > LONGEST_CODE)) {
                throw BrokerException.invalidField("code", "must have 1 to 8192 characters");
            }
            if (error != null && error.isBlank()) {
                throw BrokerException.invalidField("error", "must not be empty");
            }
        }

        /** Without the code and the state. */
        @Override
        public String toString() {
            return "CompleteRequest[error=%s]".formatted(error != null);
        }
    }
}
