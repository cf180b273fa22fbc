package io.tokenbroker.ops;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says in one line why the broker does not start: the key that is wrong and what belongs there. */
final class StartFailure {

    private static final Map<String, String> EXPECTED = Map.ofEntries(
            Map.entry("broker.fusionauth.url", "the base URL of FusionAuth, such as https://auth.example.com"),
            Map.entry(
                    "broker.fusionauth.api-key",
                    "an API key of FusionAuth that may use links and read users and identity providers"),
            Map.entry("broker.fusionauth.tenant-id", "the UUID of the tenant in FusionAuth"),
            Map.entry("broker.fusionauth.application-id", "the UUID of the application in FusionAuth that links"),
            Map.entry("broker.fusionauth.issuer", "the tenant's issuer in FusionAuth, to the letter"),
            Map.entry("broker.fusionauth.jwks-url", "a URL"),
            Map.entry("broker.authorization.redirect-uris", "the redirect URIs that start accepts, comma-separated"),
            Map.entry("broker.authorization.state-lifetime", "a duration, such as 10m"),
            Map.entry("broker.authorization.pkce", "true or false"),
            Map.entry("broker.accounts.recheck-after", "a duration, such as 30s"),
            Map.entry("broker.accounts.require-active-user", "true or false"),
            Map.entry("broker.store.pool-size", "a whole number, such as 10"),
            Map.entry("broker.keep-alive.after", "a duration, such as 30d"),
            Map.entry("broker.keep-alive.rate", "how many accounts a second, such as 5; 0 for none"),
            Map.entry("broker.clients.*.subject-token-required", "true or false"),
            Map.entry("broker.clients.*.requests-per-minute", "a whole number"),
            Map.entry("broker.clients.*.force-refresh-interval", "a duration, such as 30s"),
            Map.entry("broker.providers.*.rotation", "reusable or single-use"),
            Map.entry("broker.providers.*.issuer", "a URL"),
            Map.entry("broker.providers.*.authorization-endpoint", "a URL"),
            Map.entry("broker.providers.*.token-endpoint", "a URL"));

    /** SmallRye's messages name the key after "property", some in quotes; that of an unknown one begins with it. */
    private static final Pattern KEY = Pattern.compile("(?:property|name|SRCFG00050:) \"?([A-Za-z][A-Za-z0-9.\"_-]*)");

    /** The client or the provider, which {@link #EXPECTED} does not know. */
    private static final Pattern WHOSE = Pattern.compile("^(broker\\.(?:clients|providers))\\.(?:\"[^\"]*\"|[^.]+)\\.");

    private StartFailure() {}

    static String oneLine(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ConfigValidationException settings -> {
                    return settings(settings);
                }
                case ConfigurationException setting -> {
                    return "Cannot start: " + setting.getMessage();
                }
                case QuarkusBindException taken -> {
                    return "Cannot start: port %d is in use; quarkus.http.port chooses another"
                            .formatted(taken.getPort());
                }
                default -> {
                    // Look at its cause.
                }
            }
        }
        return "Cannot start: " + stackOf(failure);
    }

    private static String settings(ConfigValidationException e) {
        return "Cannot start: "
                + IntStream.range(0, e.getProblemCount())
                        .mapToObj(i -> setting(e.getProblem(i).getMessage()))
                        .distinct()
                        .collect(Collectors.joining("; "));
    }

    private static String setting(String message) {
        var key = KEY.matcher(message);
        if (!key.find()) {
            return message.lines().findFirst().orElse(message);
        }
        var name = key.group(1);
        var what = message.contains("does not map to any root")
                ? "is not a setting of the broker"
                : message.contains("is required") ? "is missing" : "has a value that cannot be used";
        return Optional.ofNullable(EXPECTED.get(WHOSE.matcher(name).replaceFirst("$1.*.")))
                .map(expected -> "%s %s: expected %s".formatted(name, what, expected))
                .orElse("%s %s".formatted(name, what));
    }

    private static String stackOf(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
