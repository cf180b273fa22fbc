package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.tokenbroker.provider.LinkingByName;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.AddressKind;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** What works and has its price, by its name: in readiness always, in the log at each start. */
@Readiness
@ApplicationScoped
class Cautions implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(Cautions.class);

    private static final String WITHOUT_PKCE =
            "broker.authorization.pkce=false: an authorization code that is stolen on its way is enough to link the account to the thief's user; only for a FusionAuth that does not pass the verifier on";

    private final BrokerSettings settings;
    private final LinkingByName linkingByName;

    Cautions(BrokerSettings settings, LinkingByName linkingByName) {
        this.settings = settings;
        this.linkingByName = linkingByName;
    }

    void warn(@Observes StartupEvent start) {
        if (!settings.authorization().pkce()) {
            LOG.warn(WITHOUT_PKCE);
        }
    }

    @Override
    public HealthCheckResponse call() {
        var report = HealthCheckResponse.named("cautions").up();
        if (!settings.authorization().pkce()) {
            report.withData("pkce", WITHOUT_PKCE);
        }
        linkingByName.names().forEach((id, name) -> report.withData(name + " " + id, LinkingByName.caution()));
        return report.build();
    }

    /** Warns, by the settings' keys, of upstreams on other machines that are reached without TLS. Never a reason not to be ready. */
    @Readiness
    @ApplicationScoped
    static class CleartextUpstreams implements HealthCheck {

        private static final Logger LOG = Logger.getLogger(CleartextUpstreams.class);
        private static final Pattern POSTGRESQL = Pattern.compile("jdbc:postgresql://([^/?]+).*");
        private static final Pattern POSTGRESQL_WITH_TLS =
                Pattern.compile(".*[?&](?:sslmode=(?:require|verify-ca|verify-full)|ssl=true)(?:&.*)?");

        private final Map<String, String> warnings = new TreeMap<>();

        CleartextUpstreams(BrokerSettings settings) {
            var fusionAuth = settings.fusionauth();
            warnOfHttp("broker.fusionauth.url", Optional.of(fusionAuth.url()), "refresh tokens and the API key");
            warnOfHttp(
                    "broker.fusionauth.jwks-url",
                    fusionAuth.jwksUrl(),
                    "the keys that callers' tokens are checked with");
            if (isCleartextPostgres(settings.store().url())) {
                warnings.put(
                        "broker.store.url",
                        "its password and sealed tokens may travel without TLS; add sslmode=verify-full to the URL");
            }
        }

        void warn(@Observes StartupEvent start) {
            warnings.forEach((key, warning) -> LOG.warnf("%s: %s", key, warning));
        }

        @Override
        public HealthCheckResponse call() {
            var report = HealthCheckResponse.named("encryption").up();
            warnings.forEach(report::withData);
            return report.build();
        }

        private void warnOfHttp(String key, Optional<URI> url, String what) {
            if (url.filter(given -> "http".equals(given.getScheme()) && !AddressKind.isLoopback(given.getHost()))
                    .isPresent()) {
                warnings.put(key, what + " travel without TLS; use https");
            }
        }

        /** The driver's default uses TLS only if the server offers it. An attacker on the network can withdraw that offer. */
        private static boolean isCleartextPostgres(String url) {
            var postgres = POSTGRESQL.matcher(url);
            return postgres.matches()
                    && !POSTGRESQL_WITH_TLS.matcher(url).matches()
                    && !Stream.of(postgres.group(1).split(",", -1))
                            .map(host -> host.replaceFirst(":[0-9]+$", ""))
                            .allMatch(AddressKind::isLoopback);
        }
    }
}
