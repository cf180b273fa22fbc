package io.tokenbroker.provider;

import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.MicrosoftGraph;
import io.tokenbroker.tenant.TokenEndpoint;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * An identity provider that works: a person can connect an account of it, and the broker can mint for it.
 *
 * @param issuer what an authorization response must say in {@code iss}, if it says it (RFC 9207)
 * @param rotation whether a used refresh token stays good
 * @param defaultResource what a mint asks for that names neither resource nor scopes
 * @param uniqueIdClaim the id_token's claim that equals an account's identity
 */
public record Provider(
        UUID id,
        String name,
        Optional<String> issuer,
        URI authorizationEndpoint,
        TokenEndpoint tokenEndpoint,
        Rotation rotation,
        Optional<String> defaultResource,
        String uniqueIdClaim) {

    public boolean isEntra() {
        return tokenEndpoint.isEntra();
    }

    /** At Entra: the resource whose scopes have bare names. */
    public String graph() {
        return defaultResource.filter(MicrosoftGraph::is).orElseGet(() -> MicrosoftGraph.of(tokenEndpoint));
    }
}
