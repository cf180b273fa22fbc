package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import io.tokenbroker.database.Engine;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.seal.SealingKeys;
import io.tokenbroker.settings.AuditSettings.OnFailure;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * Gives out the settings once they are known to work. Those that are missing, malformed, or cannot work alone or together
 * stop the start, all in one line.
 */
class StartupChecks {

    private static final Pattern API_KEY = Pattern.compile("[\\x21-\\x7E]+");

    /** RFC 6454 §6.2: what a browser sends, and nothing more. */
    private static final Pattern ORIGIN = Pattern.compile("https?://[^/?#@*\\s]+");

    @Produces
    @Singleton
    BrokerSettings settings(Config config) {
        return checked(config.unwrap(SmallRyeConfig.class));
    }

    /** Before anything else looks at a setting. */
    void readFirst(@Observes @Priority(1) StartupEvent start, BrokerSettings settings) {
        // Injecting the settings has checked them.
    }

    /** @throws io.quarkus.runtime.configuration.ConfigurationException that names all faults */
    static BrokerSettings checked(SmallRyeConfig config) {
        var faults = new Faults();
        var settings = SettingsReader.read(config, faults);
        checkUpstreams(settings, faults);
        checkCallers(settings, faults);
        checkLimits(settings, faults);
        settings.clients().forEach((name, client) -> new ClientChecks(name, client, faults).check());
        ClientChecks.checkSubjects(settings.clients(), faults);
        settings.providers().forEach((id, provider) -> new ProviderChecks(id, provider, faults).check());
        faults.throwIfAny();
        return settings;
    }

    private static void checkCallers(BrokerSettings settings, Faults faults) {
        faults.requireEach(
                Optional.of(settings.authorization().redirectUris()),
                uri -> isHttp(uri) && !uri.contains("#"),
                "broker.authorization.redirect-uris",
                "is not an absolute http(s) URI without fragment");
        faults.requireEach(
                settings.corsOrigins(),
                origin -> ORIGIN.matcher(origin).matches() && isHttp(origin),
                "broker.cors-origins",
                "is not an origin");
        faults.require(
                settings.publicUrl().filter(url -> !isAddress(url)).isEmpty(),
                "broker.public-url",
                "must be an absolute http(s) URL without query, fragment and user name");
    }

    /** No message repeats a secret. */
    private static void checkUpstreams(BrokerSettings settings, Faults faults) {
        requireHttp(Optional.of(settings.fusionauth().url()), "broker.fusionauth.url", faults);
        requireHttp(settings.fusionauth().jwksUrl(), "broker.fusionauth.jwks-url", faults);
        faults.require(
                API_KEY.matcher(settings.fusionauth().apiKey()).matches(),
                "broker.fusionauth.api-key",
                "must have no blank, line break or other character inside that an HTTP header cannot send");
        faults.tryOut("broker.sealing-keys", () -> new SealingKeys(settings));
        faults.tryOut("broker.store.url", () -> Engine.of(settings.store().url()));
        faults.requireOneLine(settings.store().password(), "broker.store.password");
    }

    private static void checkLimits(BrokerSettings settings, Faults faults) {
        faults.require(
                settings.authorization().stateLifetime().isPositive(),
                "broker.authorization.state-lifetime",
                "must be longer than nothing");
        faults.require(
                !settings.accounts().recheckAfter().isNegative(),
                "broker.accounts.recheck-after",
                "must not be negative");
        faults.require(
                settings.users().requestsPerMinute() > 0, "broker.users.requests-per-minute", "must be at least 1");
        faults.require(settings.store().poolSize() > 0, "broker.store.pool-size", "must be at least 1");
        faults.require(
                settings.keepAlive().after().compareTo(Duration.ofSeconds(1)) >= 0,
                "broker.keep-alive.after",
                "must be at least a second");
        faults.require(
                settings.keepAlive().rate() >= 0 && settings.keepAlive().rate() <= 1_000,
                "broker.keep-alive.rate",
                "must be 0 to 1000 accounts a second, 0 for none");
        faults.require(
                settings.audit().onFailure() == OnFailure.CONTINUE
                        || settings.audit().file().isPresent(),
                "broker.audit.file",
                "is missing, which broker.audit.on-failure=refuse needs: the log does not say whether it has written");
        var tokenSize = settings.limits().tokenSize().asLongValue();
        faults.require(tokenSize >= 1_024 && tokenSize <= 1_048_576, "broker.limits.token-size", "must be 1K to 1M");
    }

    private static void requireHttp(Optional<URI> uri, String key, Faults faults) {
        faults.require(uri.isEmpty() || isHttp(uri.get()), key, "must be an absolute http(s) URL");
    }

    private static boolean isHttp(String text) {
        try {
            return isHttp(new URI(text));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isHttp(URI uri) {
        return uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme());
    }

    private static boolean isAddress(URI url) {
        return isHttp(url) && url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null;
    }

    /** Whether one provider's settings can work. */
    static final class ProviderChecks {

        private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}([-_.][0-9a-fA-F]{4}){3}[-_.][0-9a-fA-F]{12}");
        private static final Set<String> AUTHENTICATIONS = Set.of("client_secret_basic", "client_secret_post", "none");

        private final String id;
        private final String key;
        private final ProviderSettings provider;
        private final Faults faults;

        ProviderChecks(String id, ProviderSettings provider, Faults faults) {
            this.id = id;
            this.key = "broker.providers.\"" + id + "\"";
            this.provider = provider;
            this.faults = faults;
        }

        void check() {
            faults.require(
                    ID.matcher(id).matches(),
                    key + ":",
                    "the key must be an identity provider's UUID, such as c0270500-0000-4000-8000-000000000001");
            checkGivenInFull();
            checkClient();
            faults.require(
                    !provider.defaultResource().orElse("").endsWith(Scopes.DEFAULT),
                    key + ".default-resource",
                    "must be without /.default, which makes a scope of it");
            faults.require(
                    provider.defaultLifetime().map(Duration::isPositive).orElse(true),
                    key + ".default-lifetime",
                    "must be longer than nothing");
            faults.require(
                    provider.linking().claims().map(ClaimsRequest::areUsable).orElse(true),
                    key + ".linking.claims",
                    "must be a JSON object");
        }

        private void checkGivenInFull() {
            faults.require(
                    provider.authorizationEndpoint().isPresent()
                            == provider.tokenEndpoint().isPresent(),
                    key,
                    "needs authorization-endpoint and token-endpoint together, or issuer alone, such as issuer=https://login.example.com");
            var hasEndpoints =
                    provider.issuer().isPresent() || provider.tokenEndpoint().isPresent();
            faults.require(
                    provider.clientId().isPresent() == hasEndpoints,
                    key,
                    "is given in part: client-id and issuer (or both endpoints) belong together, such as client-id=a1b2 and issuer=https://login.example.com");
        }

        private void checkClient() {
            var method = provider.clientAuthentication().orElse("client_secret_basic");
            faults.require(
                    AUTHENTICATIONS.contains(method),
                    key + ".client-authentication",
                    "must be client_secret_basic, client_secret_post or none");
            faults.require(
                    provider.clientId().isPresent()
                            || (provider.clientSecret().isEmpty()
                                    && provider.clientAuthentication().isEmpty()),
                    key,
                    "has a client-secret or client-authentication without client-id: what FusionAuth has is not replaced in part, so give all, such as client-id=a1b2, or none");
            faults.requireOneLine(provider.clientSecret(), key + ".client-secret");
            faults.require(
                    provider.clientId().isEmpty()
                            || method.equals("none")
                            || provider.clientSecret().isPresent(),
                    key + ".client-secret",
                    "is missing, which only client-authentication none allows");
        }
    }
}
