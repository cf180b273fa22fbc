package io.tokenbroker.settings;

import java.net.URI;
import java.util.Optional;

/** What a provider needs that is given in full, and so not read from FusionAuth. */
public interface GivenProvider {

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
}
