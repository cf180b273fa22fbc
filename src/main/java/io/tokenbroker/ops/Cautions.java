package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.tokenbroker.provider.LinkingByName;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.Cleartext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
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
        private final Map<String, String> warnings;

        CleartextUpstreams(BrokerSettings settings) {
            warnings = Cleartext.warnings(settings);
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
    }
}
