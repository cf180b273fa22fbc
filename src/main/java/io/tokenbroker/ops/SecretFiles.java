package io.tokenbroker.ops;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.config.SmallRyeConfig;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.KeysWithdrawn;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.settings.SettingFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Looks each second what the files hold that settings name. A change that two looks have found alike is taken as a whole or, with
 * any fault, not at all; but keys of clients are withdrawn in any case.
 */
@Readiness
@ApplicationScoped
class SecretFiles implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(SecretFiles.class);
    private static final String KEYS_OF_CLIENTS = "broker.clients.*.key-sha256-file";

    private final SmallRyeConfig config;
    private final Event<SecretsRotated> rotated;
    private final Event<KeysWithdrawn> withdrawn;
    private final Clock clock;
    private volatile SettingFiles taken;
    private volatile Optional<SettingFiles> found = Optional.empty();

    /** Whether all beans have what was taken last, and all of it. */
    private volatile boolean isWhole = true;

    private volatile Instant readAt;
    private volatile Instant lookedAt;
    private volatile Optional<String> fault = Optional.empty();

    /** @param settings which have been read through {@code files} once they are there */
    SecretFiles(
            Config config,
            BrokerSettings settings,
            SettingFiles files,
            Event<SecretsRotated> rotated,
            Event<KeysWithdrawn> withdrawn,
            MeterRegistry metrics,
            Clock clock) {
        this.config = config.unwrap(SmallRyeConfig.class);
        this.rotated = rotated;
        this.withdrawn = withdrawn;
        this.taken = files;
        this.clock = clock;
        this.readAt = clock.instant();
        this.lookedAt = readAt;
        metrics.gauge("broker.secret.files.refused", this, self -> self.fault.isPresent() ? 1 : 0);
        metrics.gauge("broker.secret.files.look.age.seconds", this, SecretFiles::lookAge);
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void lookAgain() {
        var changed = taken.changed();
        if (changed.isEmpty() && isWhole) {
            found = Optional.empty();
            fault = Optional.empty();
        } else if (found.isPresent() && found.get().changed().isEmpty()) {
            take(found.get(), changed);
        } else {
            // What is being written is found otherwise by the next look.
            found = Optional.of(read());
        }
        lookedAt = clock.instant();
    }

    private SettingFiles read() {
        var files = new SettingFiles();
        try {
            var _ = SettingsReader.read(config, files, new Faults());
        } catch (RuntimeException unusable) {
            // The next look says so.
        }
        return files;
    }

    private void take(SettingFiles files, Set<String> changed) {
        try {
            var settings = StartupChecks.checked(config, files);
            isWhole = false;
            rotated.fire(new SecretsRotated(settings));
            isWhole = true;
            taken = files;
            found = Optional.empty();
            fault = Optional.empty();
            readAt = clock.instant();
            LOG.infof("Read again and taken: %s", changed.isEmpty() ? "all as before" : String.join(", ", changed));
        } catch (ConfigurationException unusable) {
            refuse(files, String.valueOf(unusable.getMessage()));
        } catch (RuntimeException unexpected) {
            // What it says may be a secret.
            refuse(files, unexpected.getClass().getName());
        }
    }

    private void refuse(SettingFiles files, String why) {
        var fewer = fewerKeys(files);
        if (!fewer.isEmpty()) {
            isWhole = false;
            withdrawn.fire(new KeysWithdrawn(fewer));
        }
        say(fewer.isEmpty() ? why : why + "; keys are withdrawn all the same of: " + String.join(", ", fewer.keySet()));
    }

    /** Each thing once. */
    private void say(String why) {
        if (!fault.equals(Optional.of(why))) {
            LOG.errorf("Secrets stay as they were, for their files cannot be used now: %s", why);
        }
        fault = Optional.of(why);
    }

    /** The clients that have lost keys, each with the keys that its file still names. */
    private Map<String, Set<String>> fewerKeys(SettingFiles now) {
        var fewer = new TreeMap<String, Set<String>>();
        var left = keys(now);
        keys(taken).forEach((client, known) -> {
            var named = left.get(client);
            if (named != null && !named.containsAll(known)) {
                fewer.put(client, named);
            }
        });
        return fewer;
    }

    /** A file that is malformed says nothing of keys. */
    private static Map<String, Set<String>> keys(SettingFiles files) {
        var keys = new TreeMap<String, Set<String>>();
        files.texts(KEYS_OF_CLIENTS)
                .forEach((client, text) -> ClientChecks.digests(text).ifPresent(digests -> keys.put(client, digests)));
        return keys;
    }

    private double lookAge() {
        return Math.max(0, Duration.between(lookedAt, clock.instant()).toMillis() / 1_000.0);
    }

    @Override
    public HealthCheckResponse call() {
        var report = HealthCheckResponse.named("secret files")
                .up()
                .withData("read_at", readAt.toString())
                .withData("looked_at", lookedAt.toString());
        fault.ifPresent(why -> report.withData("not taken", why));
        return report.build();
    }
}
