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
        Linking linking,
        Optional<URI> issuer,
        Optional<URI> authorizationEndpoint,
        Optional<URI> tokenEndpoint,
        Optional<String> clientId,
        Optional<Secret> clientSecret,
        String clientAuthentication,
        String uniqueIdClaim) {

    /** What FusionAuth does with an identity that is not linked yet. */
    public enum Linking {
        /** The broker is asked, and the person. */
        PENDING,
        /** It goes to the user of the same e-mail or user name, or to a new one. */
        BY_NAME,
        DISABLED
    }

    /** Why no account of it may be used, if so; completes the sentence "It is left out because …". */
    public Optional<String> whyOff() {
        if (!enabled) {
            return Optional.of("it is disabled in FusionAuth");
        }
        if (!enabledForApplication) {
            return Optional.of("it is not enabled for the application in FusionAuth");
        }
        return linking == Linking.DISABLED
                ? Optional.of("its linking strategy in FusionAuth is Disabled")
                : Optional.empty();
    }
}
