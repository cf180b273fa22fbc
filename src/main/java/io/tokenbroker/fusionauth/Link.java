package io.tokenbroker.fusionauth;

import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * An identity provider link: FusionAuth's record that an identity at a provider belongs to a user.
 *
 * @param identity the identity's id at the provider, {@code identityProviderUserId} in FusionAuth
 * @param token the refresh token, if the provider gave one
 * @param insertedAt when this record was made, if FusionAuth says so
 * @param lastLoginAt when FusionAuth last completed a sign-in over it
 */
public record Link(
        UUID providerId,
        String providerName,
        String identity,
        UUID userId,
        String displayName,
        Optional<Secret> token,
        Optional<Instant> insertedAt,
        Optional<Instant> lastLoginAt) {

    /** Tells this record from an earlier one of the same identity. Always the same where FusionAuth says nothing. */
    public Instant linkedAt() {
        return insertedAt.orElse(Instant.EPOCH);
    }

    /** About how much memory it takes. */
    public int bytes() {
        return 400
                + 4 * identity.length()
                + 2 * (displayName.length() + providerName.length() + token.map(Secret::length).orElse(0));
    }

    /** The last sign-in, else when the record was made: since then the token can be no older. */
    public Optional<Instant> lastAuthorizedAt() {
        return Stream.concat(lastLoginAt.stream(), insertedAt.stream()).max(Comparator.naturalOrder());
    }
}
