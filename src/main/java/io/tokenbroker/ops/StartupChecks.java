package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.policy.NameList;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Settings that are each well-formed but cannot work, alone or together, stop the start, all in one line with their keys. */
class StartupChecks {

    private static final Pattern CLIENT_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern API_KEY = Pattern.compile("[\\x21-\\x7E]+");
    private static final Pattern ONE_LINE = Pattern.compile("\\P{Cntrl}*");
    private static final Pattern PROVIDER_ID =
            Pattern.compile("[0-9a-fA-F]{8}([-_.][0-9a-fA-F]{4}){3}[-_.][0-9a-fA-F]{12}");
    private static final Pattern UUID_OR_ALL =
            Pattern.compile("\\*|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** RFC 6454 §6.2: what a browser sends, and nothing more. */
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@*\\s]+");

    private static final Set<String> AUTHENTICATIONS = Set.of("client_secret_basic", "client_secret_post", "none");

    private final BrokerSettings settings;
    private final Set<String> faults = new LinkedHashSet<>();

    StartupChecks(BrokerSettings settings) {
        this.settings = settings;
    }

    void check(@Observes @Priority(1) StartupEvent start) {
        requireHttp("broker.fusionauth.url", Optional.of(settings.fusionauth().url()));
        requireHttp("broker.fusionauth.jwks-url", settings.fusionauth().jwksUrl());
        require(
                settings.publicUrl().filter(url -> !isAddress(url)).isEmpty(),
                "broker.public-url must be an absolute http(s) URL without query, fragment and user name");
        // What is in it, no message repeats.
        require(
                API_KEY.matcher(settings.fusionauth().apiKey()).matches(),
                "broker.fusionauth.api-key has a blank, a line break or another character inside that an HTTP header cannot send");
        requireOneLine("broker.store.password", settings.store().password());
        requireEach(
                Optional.of(settings.authorization().redirectUris()),
                uri -> isHttp(uri) && !uri.contains("#"),
                "broker.authorization.redirect-uris: '%s' is not an absolute http(s) URI without fragment");
        require(
                settings.authorization().stateLifetime().isPositive(),
                "broker.authorization.state-lifetime must be longer than nothing, such as 10m");
        require(
                !settings.accounts().recheckAfter().isNegative(),
                "broker.accounts.recheck-after must not be negative, such as 30s");
        require(settings.users().requestsPerMinute() > 0, "broker.users.requests-per-minute must be at least 1");
        require(settings.store().poolSize() > 0, "broker.store.pool-size must be at least 1, such as 10");
        require(
                settings.keepAlive().after().compareTo(Duration.ofSeconds(1)) >= 0,
                "broker.keep-alive.after must be at least a second, such as 30d");
        require(
                settings.keepAlive().rate() >= 0 && settings.keepAlive().rate() <= 1_000,
                "broker.keep-alive.rate must be 0 to 1000 accounts a second; 0 switches it off");
        var tokenSize = settings.limits().tokenSize().asLongValue();
        require(tokenSize >= 1_024 && tokenSize <= 1_048_576, "broker.limits.token-size must be 1K to 1M, such as 16K");
        requireEach(
                settings.corsOrigins(),
                origin -> ORIGIN.matcher(origin).matches() && isHttp(origin),
                "broker.cors-origins: '%s' is not an origin such as https://app.example");
        settings.clients().forEach((name, client) -> checkClient(name, "broker.clients." + name, client));
        checkSubjects();
        settings.providers().forEach((id, provider) -> checkProvider(id, "broker.providers.\"" + id + "\"", provider));
        if (!faults.isEmpty()) {
            throw new ConfigurationException(String.join("; ", faults));
        }
    }

    private void checkClient(String name, String key, BrokerSettings.Client client) {
        require(
                CLIENT_NAME.matcher(name).matches(),
                key + ": a client's name has letters, digits, dot, dash, underscore");
        require(
                client.keySha256().isPresent() || client.subject().isPresent(),
                key + " has neither key-sha256 nor subject, so it could never prove who it is");
        // A digest that is none may be the key itself: it is not repeated.
        require(
                client.keySha256().orElse(List.of()).stream()
                        .allMatch(digest -> SHA256.matcher(digest.strip()).matches()),
                key + ".key-sha256 must be the SHA-256 of the key in 64 hex digits; make client NAME=" + name
                        + " prints one");
        requireEach(
                client.providers(),
                id -> UUID_OR_ALL.matcher(id.strip()).matches(),
                key + ".providers must be UUIDs of identity providers, or * for all");
        checkListed(key + ".resources", client.resources());
        checkListed(key + ".scopes", client.scopes());
        require(
                !client.forceRefreshInterval().isNegative(),
                key + ".force-refresh-interval must not be negative, such as 30s; 0s sets no limit");
        require(
                client.requestsPerMinute().orElse(1) > 0,
                key + ".requests-per-minute must be at least 1; leave it out for no limit");
        require(
                client.azdAccount()
                        .map(AccountId::parse)
                        .map(Optional::isPresent)
                        .orElse(true),
                key + ".azd-account must be the id of an account, such as GET /accounts lists");
        require(
                client.azdAccount().isEmpty() || !client.subjectTokenRequired(),
                key + ".azd-account cannot work with subject-token-required: azd has no user's token to send");
    }

    private void checkListed(String key, Optional<List<String>> entries) {
        requireEach(
                entries,
                entry -> NameList.isWellFormed(entry.strip()),
                key
                        + ": '%s' must be a name in full, * for all, or end in /* after the host, such as https://a.example/*");
    }

    private void checkSubjects() {
        var nameOf = new HashMap<String, String>();
        settings.clients()
                .forEach((name, client) -> client.subject().ifPresent(subject -> {
                    var other = nameOf.put(subject, name);
                    require(
                            other == null,
                            "broker.clients.%s.subject is that of broker.clients.%s too; each client needs its own"
                                    .formatted(name, other));
                }));
    }

    private void checkProvider(String id, String key, BrokerSettings.Provider provider) {
        require(PROVIDER_ID.matcher(id).matches(), key + ": the key must be an identity provider's UUID");
        require(
                provider.authorizationEndpoint().isPresent()
                        == provider.tokenEndpoint().isPresent(),
                key + " needs authorization-endpoint and token-endpoint together, or issuer alone");
        var hasEndpoints =
                provider.issuer().isPresent() || provider.tokenEndpoint().isPresent();
        require(
                provider.clientId().isPresent() == hasEndpoints,
                key + " is given in part: client-id and issuer (or both endpoints) belong together");
        require(
                !provider.defaultResource().orElse("").endsWith("/.default"),
                key + ".default-resource must be without /.default, which makes a scope of it");
        require(
                provider.defaultLifetime().map(Duration::isPositive).orElse(true),
                key + ".default-lifetime must be longer than nothing, such as 60s");
        require(
                provider.linking().claims().map(ClaimsRequest::areUsable).orElse(true),
                key
                        + ".linking.claims must be a JSON object, such as {\"access_token\":{\"acrs\":{\"essential\":true,\"values\":[\"p1\"]}}}");
        var method = provider.clientAuthentication().orElse("client_secret_basic");
        require(
                AUTHENTICATIONS.contains(method),
                key + ".client-authentication must be client_secret_basic, client_secret_post or none");
        require(
                provider.clientId().isPresent()
                        || (provider.clientSecret().isEmpty()
                                && provider.clientAuthentication().isEmpty()),
                key
                        + " has a client-secret or client-authentication without client-id: what FusionAuth has is not replaced in part");
        requireOneLine(key + ".client-secret", provider.clientSecret());
        require(
                provider.clientId().isEmpty()
                        || method.equals("none")
                        || provider.clientSecret().isPresent(),
                key + ".client-secret is missing; leave it out only with client-authentication none");
    }

    private static boolean isHttp(String text) {
        try {
            return isHttp(new URI(text));
        } catch (URISyntaxException noUri) {
            return false;
        }
    }

    private static boolean isHttp(URI uri) {
        return uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme());
    }

    private static boolean isAddress(URI url) {
        return isHttp(url) && url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null;
    }

    private void requireHttp(String key, Optional<URI> uri) {
        require(uri.isEmpty() || isHttp(uri.get()), key + " must be an absolute http(s) URL");
    }

    private void requireOneLine(String key, Optional<String> secret) {
        require(
                ONE_LINE.matcher(secret.orElse("")).matches(),
                key + " has a line break or another control character inside");
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            faults.add(otherwise);
        }
    }

    /** @param otherwise what to say, with the entry for %s */
    private void requireEach(Optional<List<String>> entries, Predicate<String> holds, String otherwise) {
        entries.orElse(List.of()).forEach(entry -> require(holds.test(entry), otherwise.replace("%s", entry)));
    }
}
