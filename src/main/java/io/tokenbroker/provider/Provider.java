package io.tokenbroker.provider;

import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.MicrosoftGraph;
import io.tokenbroker.tenant.TokenEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An identity provider that works: a person can connect an account of it, and the broker can mint for it.
 *
 * @param issuer what an authorization response must say in {@code iss}, if it says it (RFC 9207)
 * @param promisesIssuer whether an authorization response without {@code iss} is not the provider's (RFC 9207 §2.4)
 * @param rotation whether a used refresh token stays good
 * @param defaultLifetime how long an access token lives of which it does not say so
 * @param defaultResource what a mint asks for that names neither resource nor scopes
 * @param identityClaims the id_token's claims of which one equals an account's identity: one where FusionAuth says which
 */
public record Provider(
        UUID id,
        String name,
        Optional<String> issuer,
        boolean promisesIssuer,
        URI authorizationEndpoint,
        TokenEndpoint tokenEndpoint,
        Rotation rotation,
        Duration defaultLifetime,
        Optional<String> defaultResource,
        Set<String> identityClaims) {

    /** Where the settings say nothing. Short: a provider that does not say so gets asked again soon. */
    static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(60);

    public Provider {
        identityClaims = Set.copyOf(identityClaims);
    }

    public boolean isEntra() {
        return tokenEndpoint.isEntra();
    }

    /** At Entra: the resource whose scopes have bare names. */
    public String graph() {
        return defaultResource.filter(MicrosoftGraph::is).orElseGet(() -> MicrosoftGraph.of(tokenEndpoint));
    }
}
