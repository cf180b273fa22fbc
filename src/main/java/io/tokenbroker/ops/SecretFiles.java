package io.tokenbroker.ops;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.config.SmallRyeConfig;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.settings.SettingFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Looks each second whether the files that settings name hold something else. All settings are then read and checked as at a
 * start: they are taken together or, with any fault, not at all, and readiness says so.
 */
@Readiness
@ApplicationScoped
class SecretFiles implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(SecretFiles.class);

    private final SmallRyeConfig config;
    private final Event<SecretsRotated> rotated;
    private final Clock clock;
    private volatile SettingFiles files;
    private volatile Instant readAt;
    private volatile Optional<String> fault = Optional.empty();

    /** @param settings which have been read through {@code files} once they are there */
    SecretFiles(
            Config config,
            BrokerSettings settings,
            SettingFiles files,
            Event<SecretsRotated> rotated,
            MeterRegistry metrics,
            Clock clock) {
        this.config = config.unwrap(SmallRyeConfig.class);
        this.rotated = rotated;
        this.files = files;
        this.clock = clock;
        this.readAt = clock.instant();
        metrics.gauge("broker.secret.files.refused", this, self -> self.fault.isPresent() ? 1 : 0);
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void lookAgain() {
        var changed = files.changed();
        if (changed.isEmpty()) {
            fault = Optional.empty();
            return;
        }
        try {
            var again = new SettingFiles();
            rotated.fire(new SecretsRotated(StartupChecks.checked(config, again)));
            files = again;
            readAt = clock.instant();
            fault = Optional.empty();
            LOG.infof("Read again and taken: %s", String.join(", ", changed));
        } catch (ConfigurationException unusable) {
            refuse(String.valueOf(unusable.getMessage()));
        }
    }

    /** Says it once. */
    private void refuse(String why) {
        if (!fault.equals(Optional.of(why))) {
            LOG.errorf("Secrets stay as they were, for their files cannot be used now: %s", why);
        }
        fault = Optional.of(why);
    }

    @Override
    public HealthCheckResponse call() {
        var report = HealthCheckResponse.named("secret files").up().withData("read_at", readAt.toString());
        fault.ifPresent(why -> report.withData("not taken", why));
        return report.build();
    }
}
