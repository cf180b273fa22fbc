package io.tokenbroker.start;

import io.tokenbroker.link.AccountId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What start knows and complete needs, sealed into {@code state}: no replica has to remember it.
 *
 * @param id tells one authorization from another
 * @param userId the user who started, and the only one who may complete
 * @param issuer what {@code iss} must be if the answer has it
 * @param issuerPromised whether the answer must have {@code iss}
 * @param codeVerifier RFC 7636; null where PKCE is off
 * @param accountId the account to authorize again; null for a new one
 * @param consentTo the scopes of a consent (its code is not redeemed); empty for a sign-in
 */
public record AuthorizationState(
        UUID id,
        UUID userId,
        UUID providerId,
        @Nullable String issuer,
        boolean issuerPromised,
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

    /** The account to authorize again, if this is about one. */
    public Optional<AccountId> account() {
        return Optional.ofNullable(accountId).flatMap(AccountId::parse);
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
