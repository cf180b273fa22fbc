package io.tokenbroker.fusionauth;

import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * An identity provider link: FusionAuth's record that an identity at a provider belongs to a user.
 *
 * @param identity the identity's id at the provider, {@code identityProviderUserId} in FusionAuth
 * @param token the refresh token, if the provider gave one
 * @param insertedAt when this record was made
 * @param lastLoginAt when FusionAuth last completed a sign-in over it
 */
public record Link(
        UUID providerId,
        String providerName,
        String identity,
        UUID userId,
        String displayName,
        Optional<Secret> token,
        Instant insertedAt,
        Optional<Instant> lastLoginAt) {

    /** The last sign-in, else when the record was made: since then the token can be no older. */
    public Instant lastAuthorizedAt() {
        return lastLoginAt.filter(login -> login.isAfter(insertedAt)).orElse(insertedAt);
    }
}
