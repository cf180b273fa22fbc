package io.tokenbroker.settings;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where FusionAuth is, and what it calls the users and the application. */
public interface FusionAuthSettings {

    /** The base URL of FusionAuth. */
    @Example(value = "https://auth.example.com", of = "the base URL of FusionAuth")
    URI url();

    /**
     * An API key of FusionAuth that may read, create and delete links, and read pending links, users and identity
     * providers.
     */
    @Example(
            value = "bf69486b-4733-4470-a592-f1bfce7af580",
            of = "an API key of FusionAuth that may use links and read users and identity providers")
    String apiKey();

    /** A file that holds {@code broker.fusionauth.api-key}. */
    @Example(value = "/run/secrets/fusionauth-api-key", of = "a file")
    Optional<String> apiKeyFile();

    /** The tenant of the users in FusionAuth. */
    @Example(value = "30663132-6464-6665-3032-326466613934", of = "the UUID of the tenant in FusionAuth")
    UUID tenantId();

    /**
     * The application in FusionAuth that links: user tokens must be meant for it ({@code applicationId}, {@code aud}).
     */
    @Example(
            value = "85a03867-dccf-4882-adde-1a79aeec50df",
            of = "the UUID of the application in FusionAuth that links")
    UUID applicationId();

    /** What user tokens must say in {@code iss}, to the letter. */
    @Example(value = "https://auth.example.com", of = "the tenant's issuer in FusionAuth, to the letter")
    String issuer();

    /**
     * What user tokens may say in {@code aud} instead of the application's id: FusionAuth 1.67 and later puts there the
     * {@code resource} that a token was asked for with.
     */
    @Example(value = "https://api.example.com", of = "further audiences, comma-separated")
    Optional<List<String>> acceptedAudiences();

    /** Where the keys of users' tokens are. Without it: {@code <url>/.well-known/jwks.json}. */
    @Example("https://auth.example.com/.well-known/jwks.json")
    Optional<URI> jwksUrl();

    /**
     * The {@code kid} of the key that signs FusionAuth's webhooks, one of its JWKS; best a key for nothing else. Without it
     * and {@code webhook-secret}: no webhooks.
     */
    @Example(value = "b2c9f3a1-6d4e-4f0b-9c57-1d2e3f4a5b6c", of = "the kid of the key that signs webhooks")
    Optional<String> webhookKeyId();

    /** The secret that FusionAuth signs its webhooks with (HMAC), instead of a published key. 32 bytes at least. */
    @Example(
            value = "<the secret of the HMAC key in FusionAuth>",
            of = "the secret of the HMAC key that signs webhooks")
    Optional<String> webhookSecret();

    /** A file that holds {@code broker.fusionauth.webhook-secret}. */
    @Example(value = "/run/secrets/fusionauth-webhook-secret", of = "a file")
    Optional<String> webhookSecretFile();
}
