package io.tokenbroker.support;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenbroker.settings.BrokerSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Settings for classes that a test makes itself. */
public final class Settings {

    private static final Map<String, String> ENOUGH = Map.of(
            "broker.fusionauth.url", "https://auth.example.com",
            "broker.fusionauth.api-key", "k",
            "broker.fusionauth.tenant-id", "30663132-6464-6665-3032-326466613934",
            "broker.fusionauth.application-id", "a99c0de0-5a9d-4b0c-8b0a-0a1b2c3d4e5f",
            "broker.fusionauth.issuer", "auth.example.com",
            "broker.authorization.redirect-uris", "https://app.example/callback",
            "broker.sealing-keys", "c2VhbGluZy1rZXktb2YtdGhlLXN0YXJ0LXVwLXRlc3Q=");

    private Settings() {}

    /** These, and the least that is required. */
    public static BrokerSettings of(Map<String, String> given) {
        var all = new HashMap<>(ENOUGH);
        all.putAll(given);
        return new SmallRyeConfigBuilder()
                .withMapping(BrokerSettings.class, BrokerSettings.PREFIX)
                .withConverter(Duration.class, 300, new DurationConverter())
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .addDefaultInterceptors()
                .build()
                .getConfigMapping(BrokerSettings.class, BrokerSettings.PREFIX);
    }
}
