package io.tokenbroker.settings;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The broker's settings. Each but {@code providers} is also an environment variable, such as {@code BROKER_STORE_URL}. */
@ConfigMapping(prefix = "broker")
public interface BrokerSettings {

    FusionAuth fusionauth();

    Authorization authorization();

    /** Base64 of 32 bytes each: the first seals, all open. Required: the store's tokens are sealed with them. */
    Optional<List<String>> sealingKeys();

    /** Each secret may be in a file instead, which {@link SettingFiles} reads; nothing else asks for these keys. */
    Optional<String> sealingKeysFile();

    /** The origins of the pages that may call from a browser. */
    Optional<List<String>> corsOrigins();

    /** The broker's address as callers know it, for metadata; without it what a request names in {@code Host}. */
    Optional<URI> publicUrl();

    /** Clients by name. */
    Map<String, Client> clients();

    UserSettings users();

    /** Overrides, and providers given in full, by identity provider id. */
    Map<String, Provider> providers();

    Accounts accounts();

    Store store();

    KeepAlive keepAlive();

    UpstreamSettings upstreams();

    MemorySettings memory();

    LimitSettings limits();

    interface FusionAuth {

        /** Where FusionAuth is. */
        URI url();

        /** A key that may read, create and delete links, and read pending links, users and identity providers. */
        String apiKey();

        Optional<String> apiKeyFile();

        /** The tenant of the users. */
        UUID tenantId();

        /** The application that links; user tokens must be meant for it. */
        UUID applicationId();

        /** What user tokens must say in {@code iss}, to the letter. */
        String issuer();

        /** What user tokens may say in {@code aud} instead of the application's id. */
        Optional<List<String>> acceptedAudiences();

        /** Where the tokens' keys are; without it {@code <url>/.well-known/jwks.json}. */
        Optional<URI> jwksUrl();
    }

    interface Authorization {

        /** The exact redirect URIs that start accepts. */
        List<String> redirectUris();

        /** How long a person has to sign in, and then again to confirm a pending link. */
        @WithDefault("10m")
        Duration stateLifetime();

        /** Off for a FusionAuth that does not pass the PKCE verifier on. */
        @WithDefault("true")
        @WithConverter(StrictBoolean.class)
        boolean pkce();
    }

    interface Client {

        /** Hex SHA-256 of the whole key, {@code tbk_} included; several for rotation. */
        Optional<List<String>> keySha256();

        /** The {@code sub} of this client's tokens, instead of or beside a key. */
        Optional<String> subject();

        /** Identity provider ids whose accounts it may use, or {@code *}. Without it: none. */
        Optional<List<String>> providers();

        /** Resources it may mint for, all below one that ends in {@code /*}, or {@code *}. Without it: none. */
        Optional<List<String>> resources();

        /** Scopes it may ask for, or {@code *}. Without it: any of a resource it may mint for. */
        Optional<List<String>> scopes();

        /** Whether it mints only with the user's own access token, which only the token exchange takes. */
        @WithDefault("false")
        @WithConverter(StrictBoolean.class)
        boolean subjectTokenRequired();

        /** How many requests a minute; without it: no limit. */
        Optional<Integer> requestsPerMinute();

        /** How often it may pass over a usable token of the same account; {@code 0s}: as often as it likes. */
        @WithDefault("30s")
        Duration forceRefreshInterval();

        /** The id of the account whose tokens azd gets with this client's key. Without it: none. */
        Optional<String> azdAccount();
    }

    interface Provider extends GivenProvider {

        /** What a mint asks for that names neither resource nor scopes. */
        Optional<String> defaultResource();

        /** Whether a used refresh token stays good ({@code reusable}) or not ({@code single-use}). */
        Optional<Rotation> rotation();

        /** How long an access token lives of which the provider does not say so; without it: 60 s. */
        Optional<Duration> defaultLifetime();

        Linking linking();

        /** The provider's id from its settings key. Environment variables have underscores in place of the dashes. */
        static UUID id(String key) {
            return UUID.fromString(key.replaceAll("[_.]", "-"));
        }
    }

    /** What a sign-in for linking must satisfy. */
    interface Linking {

        /** A claims request (OpenID Connect Core §5.5), merged with the caller's. */
        Optional<String> claims();

        Optional<String> acrValues();
    }

    interface Accounts {

        /** How old a remembered link may be before a mint reads it again. */
        @WithDefault("30s")
        Duration recheckAfter();

        /** Whether the owner must be active in FusionAuth and registered for the application. */
        @WithDefault("true")
        @WithConverter(StrictBoolean.class)
        boolean requireActiveUser();
    }

    interface Store {

        /** The JDBC URL: {@code jdbc:sqlite:<file>}, or {@code jdbc:postgresql://host:5432/db} for several replicas. */
        @WithDefault("jdbc:sqlite:data/token-broker.db")
        String url();

        /** For PostgreSQL. */
        Optional<String> username();

        /** For PostgreSQL. */
        Optional<String> password();

        Optional<String> passwordFile();

        /** How many connections to PostgreSQL at most. */
        @WithDefault("10")
        int poolSize();
    }

    interface KeepAlive {

        /** How old a refresh token becomes before it is renewed in the background. */
        @WithDefault("30d")
        Duration after();

        /** How many accounts a second are renewed in the background, at most; 0 for none. */
        @WithDefault("5")
        int rate();
    }

    enum Rotation {
        REUSABLE,
        SINGLE_USE
    }
}
