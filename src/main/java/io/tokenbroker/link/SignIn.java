package io.tokenbroker.link;

import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.seal.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which link and which sign-in of an account: what a row of the store must continue to count.
 *
 * @param token the link's own refresh token; FusionAuth may have cleared it (fusionauth-issues#2374)
 * @param authorizedAt since when the token can be no older
 */
public record SignIn(AccountId account, UUID userId, Instant linkedAt, Optional<Secret> token, Instant authorizedAt) {

    public static SignIn of(Link link) {
        return new SignIn(
                AccountId.of(link),
                link.userId(),
                link.linkedAt(),
                link.token(),
                link.lastAuthorizedAt().orElse(Instant.EPOCH));
    }

    /**
     * Digest of the sign-in, without a key: replicas with other sealing keys must agree, and a refresh token has entropy
     * enough. Empty where the link holds no token: then the row says which sign-in counts.
     */
    public Optional<String> root() {
        return token.map(Secret.of("token-broker grant\n" + account + "\n")::sha256With);
    }
}
