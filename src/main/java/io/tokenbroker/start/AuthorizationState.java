package io.tokenbroker.start;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What start knows and complete needs, sealed into {@code state}: no replica has to remember it.
 *
 * @param id tells one authorization from another
 * @param userId who started; nobody else may complete
 * @param issuer what {@code iss} must be if the answer has it
 * @param codeVerifier RFC 7636; null where PKCE is off
 * @param accountId the account to authorize again; null for a new one
 * @param consentTo the scopes that the person is asked to consent to, where nobody is to redeem the code; else empty
 */
public record AuthorizationState(
        UUID id,
        UUID userId,
        UUID providerId,
        @Nullable String issuer,
        String redirectUri,
        @Nullable String codeVerifier,
        @Nullable String accountId,
        List<String> consentTo,
        Instant expiresAt) {

    /** What it is sealed for. */
    public static final String PURPOSE = "authorization-state";

    public AuthorizationState {
        // A replica of an earlier version seals none.
        consentTo = consentTo == null ? List.of() : List.copyOf(consentTo);
    }

    public boolean asksConsentOnly() {
        return !consentTo.isEmpty();
    }

    /** Without the verifier. */
    @Override
    public String toString() {
        return "AuthorizationState[id=%s]".formatted(id);
    }
}
