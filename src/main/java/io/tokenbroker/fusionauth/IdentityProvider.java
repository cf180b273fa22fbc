package io.tokenbroker.fusionauth;

import io.tokenbroker.seal.Secret;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * An OpenID Connect identity provider as FusionAuth has it, with the application's own client id and secret where it
 * overrides them.
 *
 * @param clientAuthentication {@code client_secret_basic}, {@code client_secret_post} or {@code none}
 * @param uniqueIdClaim the claim that a link's identity is taken from
 */
public record IdentityProvider(
        UUID id,
        String name,
        boolean enabled,
        boolean enabledForApplication,
        boolean linkingDisabled,
        Optional<URI> issuer,
        Optional<URI> authorizationEndpoint,
        Optional<URI> tokenEndpoint,
        Optional<String> clientId,
        Optional<Secret> clientSecret,
        String clientAuthentication,
        String uniqueIdClaim) {}
