package io.tokenbroker.settings;

import java.net.URI;
import java.util.Optional;

/** What a provider needs that is given in full, and so not read from FusionAuth. */
public interface GivenProvider {

    Optional<String> name();

    Optional<URI> issuer();

    Optional<URI> authorizationEndpoint();

    Optional<URI> tokenEndpoint();

    Optional<String> clientId();

    Optional<String> clientSecret();

    Optional<String> clientSecretFile();

    /** {@code client_secret_basic} (the default), {@code client_secret_post} or {@code none}. */
    Optional<String> clientAuthentication();
}
