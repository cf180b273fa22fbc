package io.tokenbroker.ops;

import static java.util.Map.entry;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.tokenbroker.problem.NearestName;
import io.tokenbroker.settings.BrokerSettings;
import java.net.BindException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;

/** Says in one line why the broker does not start: the key that is wrong and what belongs there. */
final class StartFailure {

    private static final Map<String, String> EXPECTED = Map.ofEntries(
            entry("broker.fusionauth.url", "the base URL of FusionAuth, such as https://auth.example.com"),
            entry(
                    "broker.fusionauth.api-key",
                    "an API key of FusionAuth that may use links and read users and identity providers"),
            entry("broker.fusionauth.tenant-id", "the UUID of the tenant in FusionAuth"),
            entry("broker.fusionauth.application-id", "the UUID of the application in FusionAuth that links"),
            entry("broker.fusionauth.issuer", "the tenant's issuer in FusionAuth, to the letter"),
            entry("broker.fusionauth.jwks-url", "a URL"),
            entry("broker.authorization.redirect-uris", "the redirect URIs that start accepts, comma-separated"),
            entry("broker.authorization.state-lifetime", "a duration, such as 10m"),
            entry("broker.authorization.pkce", "true or false"),
            entry("broker.accounts.recheck-after", "a duration, such as 30s"),
            entry("broker.accounts.require-active-user", "true or false"),
            entry("broker.store.pool-size", "a whole number, such as 10"),
            entry("broker.public-url", "the broker's address as callers know it, such as https://broker.example.com"),
            entry("broker.keep-alive.after", "a duration, such as 30d"),
            entry("broker.keep-alive.rate", "how many accounts a second, such as 5; 0 for none"),
            entry(
                    "broker.memory.caches",
                    "a size from 1M on, such as 64M, or a part of the heap up to 75%, such as 25%"),
            entry("broker.upstreams.allow-private-addresses", "true or false"),
            entry("broker.upstreams.allow-http-loopback", "true or false"),
            entry("broker.limits.token-size", "a size, such as 16K"),
            entry("broker.clients.*.subject-token-required", "true or false"),
            entry("broker.clients.*.requests-per-minute", "a whole number"),
            entry("broker.clients.*.force-refresh-interval", "a duration, such as 30s"),
            entry("broker.providers.*.rotation", "reusable or single-use"),
            entry("broker.providers.*.default-lifetime", "a duration, such as 60s"),
            entry("broker.providers.*.issuer", "a URL"),
            entry("broker.providers.*.authorization-endpoint", "a URL"),
            entry("broker.providers.*.token-endpoint", "a URL"));

    private static final String MANAGEMENT_PORT = "quarkus.management.port";

    /** SmallRye's messages name the key after "property", some in quotes; that of an unknown one begins with it. */
    private static final Pattern KEY = Pattern.compile("(?:property|name|SRCFG00050:) \"?([A-Za-z][A-Za-z0-9.\"_-]*)");

    /** Before what the broker itself says of a setting while SmallRye reads it. */
    private static final String OURS = ConfigurationException.class.getName() + ": ";

    /** The client or the provider, which {@link #EXPECTED} does not know. */
    private static final Pattern WHOSE = Pattern.compile("^(broker\\.(?:clients|providers))\\.(?:\"[^\"]*\"|[^.]+)\\.");

    private static final Set<String> SETTINGS = ConfigMappings.getProperties(
                    ConfigClass.configClass(BrokerSettings.class))
            .keySet();

    private StartFailure() {}

    static String oneLine(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigValidationException settings) {
                return settings(settings);
            }
            if (cause instanceof ConfigurationException setting) {
                return "Cannot start: " + setting.getMessage();
            }
            if (cause instanceof QuarkusBindException taken) {
                return inUse(taken.getPort(), "quarkus.http.port");
            }
            if (cause instanceof BindException) {
                // Quarkus says of the API's port alone which it is.
                return inUse(ConfigProvider.getConfig().getValue(MANAGEMENT_PORT, Integer.class), MANAGEMENT_PORT);
            }
        }
        return "Cannot start: " + ExceptionUtil.generateStackTrace(failure);
    }

    private static String inUse(int port, String key) {
        return "Cannot start: port %d is in use; %s chooses another".formatted(port, key);
    }

    private static String settings(ConfigValidationException e) {
        return "Cannot start: "
                + IntStream.range(0, e.getProblemCount())
                        .mapToObj(i -> setting(e.getProblem(i).getMessage()))
                        .distinct()
                        .collect(Collectors.joining("; "));
    }

    private static String setting(String message) {
        if (message.startsWith(OURS)) {
            return message.substring(OURS.length());
        }
        var key = KEY.matcher(message);
        if (!key.find()) {
            return message.lines().findFirst().orElse(message);
        }
        var name = key.group(1);
        if (message.contains("does not map to any root")) {
            return name + " is not a setting of the broker" + nearest(name);
        }
        var what = message.contains("is required") ? "is missing" : "has a value that cannot be used";
        return Optional.ofNullable(EXPECTED.get(WHOSE.matcher(name).replaceFirst("$1.*.")))
                .map(expected -> "%s %s: expected %s".formatted(name, what, expected))
                .orElse("%s %s".formatted(name, what));
    }

    private static String nearest(String name) {
        var whose = WHOSE.matcher(name);
        var owner = whose.find() ? whose.group() : "";
        return NearestName.of(whose.replaceFirst("$1.*."), SETTINGS)
                .map(known -> "; did you mean %s?"
                        .formatted(WHOSE.matcher(known).replaceFirst(Matcher.quoteReplacement(owner))))
                .orElse("");
    }
}
