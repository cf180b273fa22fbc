package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import io.tokenbroker.database.Engine;
import io.tokenbroker.seal.SealingKeys;
import io.tokenbroker.settings.AuditSettings.OnFailure;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.settings.SettingFiles;
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
    SettingFiles files() {
        return new SettingFiles();
    }

    @Produces
    @Singleton
    BrokerSettings settings(Config config, SettingFiles files) {
        return checked(config.unwrap(SmallRyeConfig.class), files);
    }

    /** Before anything else looks at a setting. */
    void readFirst(@Observes @Priority(1) StartupEvent start, BrokerSettings settings) {
        // Injecting the settings has checked them.
    }

    /** @throws io.quarkus.runtime.configuration.ConfigurationException that names all faults */
    static BrokerSettings checked(SmallRyeConfig config, SettingFiles files) {
        var faults = new Faults();
        var settings = checked(config, files, faults);
        faults.throwIfAny();
        return settings;
    }

    /** Not to be used if there are faults. */
    static BrokerSettings checked(SmallRyeConfig config, SettingFiles files, Faults faults) {
        var settings = SettingsReader.read(config, files, faults);
        checkForwarding(config, faults);
        checkUpstreams(settings, faults);
        checkCallers(settings, faults);
        checkLimits(settings, faults);
        settings.clients().forEach((name, client) -> new ClientChecks(name, client, faults).check());
        ClientChecks.checkSubjects(settings.clients(), faults);
        settings.events().forEach((name, receiver) -> new ReceiverChecks(name, receiver, faults).check());
        settings.providers().forEach((id, provider) -> new ProviderChecks(id, provider, faults).check());
        return settings;
    }

    /** Quarkus believes any peer then, and the audit log would have whichever addresses callers choose. */
    private static void checkForwarding(SmallRyeConfig config, Faults faults) {
        var isForwarding = config.getOptionalValue("quarkus.http.proxy.proxy-address-forwarding", Boolean.class)
                .orElse(false);
        var trusted = config.getOptionalValues("quarkus.http.proxy.trusted-proxies", String.class);
        if (isForwarding && trusted.isEmpty()) {
            faults.add(
                    "quarkus.http.proxy.trusted-proxies is missing, which quarkus.http.proxy.proxy-address-forwarding=true needs, "
                            + "or any peer would be believed; name your proxies, such as 10.0.0.7,10.1.0.0/16");
        }
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
        checkWebhooks(settings.fusionauth(), faults);
        faults.tryOut("broker.sealing-keys", () -> new SealingKeys(settings));
        faults.tryOut("broker.store.url", () -> Engine.of(settings.store().url()));
        faults.requireOneLine(settings.store().password(), "broker.store.password");
    }

    private static void checkWebhooks(FusionAuthSettings settings, Faults faults) {
        var secret = settings.webhookSecret();
        var key = "broker.fusionauth.webhook-secret";
        faults.require(secret.isEmpty() || secret.get().length() >= 32, key, "must have 32 characters at least");
        faults.requireOneLine(secret, key);
        if (secret.isPresent() && settings.webhookKeyId().isPresent()) {
            faults.add(key + " and broker.fusionauth.webhook-key-id are both given; leave one of them out");
        }
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
}
