package io.tokenbroker.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** One identity provider: what FusionAuth does not say of it, or all of it where {@code client-id} is given. */
public interface ProviderSettings {

    /** How the API calls it. Without it: its name in FusionAuth, or its id where it is given in full. */
    @Example(value = "Contoso", of = "a name")
    Optional<String> name();

    /** Its issuer, which says by discovery where its endpoints are; or both endpoints instead. */
    @Example("https://login.microsoftonline.com/8f2ad1b8-0b2a-4f57-9f3c-3a1f0e6a7b11/v2.0")
    Optional<URI> issuer();

    /** Where a person signs in. Goes together with {@code token-endpoint}. */
    @Example("https://login.example.com/authorize")
    Optional<URI> authorizationEndpoint();

    /** Where refresh tokens are used. Goes together with {@code authorization-endpoint}. */
    @Example("https://login.example.com/token")
    Optional<URI> tokenEndpoint();

    /** The client id at the provider. With it the provider counts as given in full and is not read from FusionAuth. */
    @Example(value = "6731de76-14a6-49ae-97bc-6eba6914391e", of = "a client id")
    Optional<String> clientId();

    /** The client's secret at the provider. Needed unless {@code client-authentication} is {@code none}. */
    @Example(value = "<the client secret>", of = "a client secret")
    Optional<String> clientSecret();

    /** A file that holds this provider's {@code client-secret}. */
    @Example(value = "/run/secrets/contoso-client-secret", of = "a file")
    Optional<String> clientSecretFile();

    /**
     * {@code client_secret_basic}, {@code client_secret_post} or {@code none}. Without it: {@code client_secret_basic}.
     */
    @Example(value = "client_secret_post", of = "client_secret_basic, client_secret_post or none")
    Optional<String> clientAuthentication();

    /**
     * What a mint asks for that names neither resource nor scopes. Without it: Microsoft Graph at Entra, elsewhere all
     * that was granted at the sign-in.
     */
    @Example(value = "https://management.azure.com", of = "a resource")
    Optional<String> defaultResource();

    /** Whether a used refresh token still works. Without it: {@code reusable} at Entra, else {@code single-use}. */
    @Example("single-use")
    Optional<Rotation> rotation();

    /** How long an access token lives of which the provider does not say so. Without it: 60 seconds. */
    @Example("60s")
    Optional<Duration> defaultLifetime();

    Linking linking();

    /** The provider's id from its settings key. Environment variables have underscores in place of the dashes. */
    static UUID id(String key) {
        return UUID.fromString(key.replaceAll("[_.]", "-"));
    }

    /** @param providers by their settings keys */
    static Map<UUID, ProviderSettings> byId(Map<String, ProviderSettings> providers) {
        return providers.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(entry -> id(entry.getKey()), Map.Entry::getValue));
    }

    /** What a sign-in for linking must satisfy. */
    interface Linking {

        /** A claims request (OpenID Connect Core §5.5), merged with the caller's. Without it: nothing. */
        @Example(
                value = "{\"access_token\":{\"acrs\":{\"essential\":true,\"values\":[\"p1\"]}}}",
                of = "a claims request, a JSON object")
        Optional<String> claims();

        /** The parameter {@code acr_values} of each sign-in, for providers other than Entra. Without it: not sent. */
        @Example(value = "urn:mace:incommon:iap:silver", of = "authentication context classes, separated by blanks")
        Optional<String> acrValues();
    }

    enum Rotation {
        REUSABLE,
        SINGLE_USE
    }
}
