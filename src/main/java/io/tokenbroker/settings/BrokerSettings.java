package io.tokenbroker.settings;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.tokenbroker.settings.SettingConverters.HeapPart;
import io.tokenbroker.settings.SettingConverters.StrictBoolean;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The broker's settings. Each but {@code providers} is also an environment variable, such as {@code BROKER_STORE_URL}.
 * {@code make settings} makes a page of their comments.
 */
public interface BrokerSettings {

    String PREFIX = "broker";

    FusionAuthSettings fusionauth();

    Authorization authorization();

    /**
     * Keys that seal the store's tokens, the state and the pending link: base64 of 32 bytes each. The first seals, all open,
     * so that keys can be changed. The same on every replica.
     */
    @Example(
            value = "<what openssl rand -base64 32 prints>",
            of = "base64 of 32 random bytes (openssl rand -base64 32), the same on every replica")
    List<String> sealingKeys();

    /** A file that holds {@code broker.sealing-keys}. */
    @Example(value = "/run/secrets/sealing-keys", of = "a file")
    Optional<String> sealingKeysFile();

    /** The origins of the pages that may call from a browser. Without it: none. */
    @Example(value = "https://app.example.com", of = "origins, comma-separated")
    Optional<List<String>> corsOrigins();

    /** The broker's address as callers know it, for metadata. Without it: what each request names in {@code Host}. */
    @Example(value = "https://broker.example.com", of = "the broker's address as callers know it")
    Optional<URI> publicUrl();

    /** Clients by name. */
    Map<String, Client> clients();

    UserSettings users();

    /** Overrides, and providers given in full, by identity provider id. */
    Map<String, ProviderSettings> providers();

    Accounts accounts();

    StoreSettings store();

    KeepAliveSettings keepAlive();

    UpstreamSettings upstreams();

    /** Receivers of events by name. */
    Map<String, EventSettings> events();

    MemorySettings memory();

    LimitSettings limits();

    AuditSettings audit();

    /** How accounts are linked. */
    interface Authorization {

        /** The redirect URIs that start accepts, each to the letter. */
        @Example(
                value = "https://app.example.com/callback",
                of = "the redirect URIs that start accepts, comma-separated")
        List<String> redirectUris();

        /** How long a person has to sign in, and then again to confirm a pending link. */
        @WithDefault("10m")
        @Example("10m")
        Duration stateLifetime();

        /**
         * Off only for a FusionAuth that does not pass the PKCE verifier on: without PKCE a stolen code is enough to
         * link.
         */
        @WithDefault("true")
        @WithConverter(StrictBoolean.class)
        @Example("true")
        boolean pkce();
    }

    /** What a client, such as a back end, proves itself with, and what it may do: nothing, unless a setting allows it. */
    interface Client {

        /** The SHA-256 of the client's whole key, {@code tbk_} included, in hex; several while the key is changed. */
        @Example(
                value = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                of = "the SHA-256 of the key in hex, as make client prints it")
        Optional<List<String>> keySha256();

        /** A file that holds this client's {@code key-sha256}. */
        @Example(value = "/run/secrets/billing-key-sha256", of = "a file")
        Optional<String> keySha256File();

        /** The {@code sub} of the client's FusionAuth tokens, instead of or beside a key. */
        @Example(value = "2f1b5c0e-6f0a-4d53-9c4b-8a1f5f3f7d21", of = "the sub of the client's FusionAuth tokens")
        Optional<String> subject();

        /** The client may use accounts of these identity providers: their ids, or {@code *} for all. Without it: of none. */
        @Example(
                value = "c0270500-0000-4000-8000-000000000001",
                of = "UUIDs of identity providers, comma-separated, or * for all")
        Optional<List<String>> providers();

        /**
         * The resources it may mint for: in full, all below one that ends in {@code /*}, or {@code *} for all. Without
         * it: none.
         */
        @Example(value = "https://management.azure.com", of = "resources, comma-separated, or * for all")
        Optional<List<String>> resources();

        /** The scopes it may ask for, or {@code *} for all. Without it: any scope of a resource it may mint for. */
        @Example(value = "https://graph.microsoft.com/User.Read", of = "scopes, comma-separated, or * for all")
        Optional<List<String>> scopes();

        /** Whether it mints only with the user's own access token, which only the token exchange takes. */
        @WithDefault("false")
        @WithConverter(StrictBoolean.class)
        @Example("false")
        boolean subjectTokenRequired();

        /**
         * Whether it may list the accounts of all users at its providers, and how their tokens fare: for operators. It cannot go
         * with {@code subject-token-required}.
         */
        @WithDefault("false")
        @WithConverter(StrictBoolean.class)
        @Example("false")
        boolean mayListAllAccounts();

        /** How many requests a minute it may make, counted by each replica. Without it: no limit. */
        @Example("600")
        Optional<Integer> requestsPerMinute();

        /** How often it may pass over a usable token of the same account. {@code 0s}: as often as it likes. */
        @WithDefault("30s")
        @Example("30s")
        Duration forceRefreshInterval();

        /** The id of the account that azd gets tokens of with this client's key. Without it: none. */
        @Example(value = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi", of = "the id of an account, such as GET /accounts lists")
        Optional<String> azdAccount();
    }

    /** What is read of an account before a mint. */
    interface Accounts {

        /**
         * How old a remembered link may be before a mint reads it again: the time that an unlink elsewhere may take to
         * bite.
         */
        @WithDefault("30s")
        @Example("30s")
        Duration recheckAfter();

        /**
         * Whether the owner must be active in FusionAuth and registered for the application. The key needs GET on
         * {@code /api/user}.
         */
        @WithDefault("true")
        @WithConverter(StrictBoolean.class)
        @Example("true")
        boolean requireActiveUser();
    }

    /** How much memory the broker takes. */
    interface MemorySettings {

        /** What the caches may hold together, tokens most of all: a size from 1M on, or a part of the heap up to 75%. */
        @WithDefault("25%")
        @WithConverter(HeapPart.class)
        @Example(value = "25%", of = "a size from 1M on, such as 64M, or a part of the heap up to 75%")
        long caches();
    }

    /** What every user may do. */
    interface UserSettings {

        /** How many requests a minute each user may make, whatever for, counted by each replica. */
        @WithDefault("600")
        @Example("600")
        int requestsPerMinute();
    }

    /** How much a provider may send. */
    interface LimitSettings {

        /**
         * How long a provider's access token, refresh token or id_token may be, 1K to 1M. A longer one is an
         * {@code upstream_error}.
         */
        @WithDefault("16K")
        @WithConverter(MemorySizeConverter.class)
        @Example("16K")
        MemorySize tokenSize();

        default int tokenBytes() {
            return tokenSize().asBigInteger().intValueExact();
        }
    }
}
