package io.tokenbroker.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The first connection, and the schema brought up to date over it. Whatever is wrong stops the start here with the key and
 * the cause: a pool would hide it behind its time-out.
 *
 * @param name where it is, without user, password and parameters
 * @param isNew whether there was no schema yet
 */
record Opening(Engine engine, String name, boolean isNew) {

    /** Reads and writes; without a third flag SQLite does not make a file where there is none. */
    private static final Map<String, String> NO_CREATION = Map.of("open_mode", "2");

    /** How the name of a script ends that takes something away: which schema a broker must know to do without it. */
    private static final Pattern BREAKS_BEFORE = Pattern.compile("breaks before ([0-9]+)$");

    /** @throws ConfigurationException in one line */
    static Opening of(StoreSettings settings) {
        var engine = Engine.of(settings.url());
        var name = Engine.withoutQuery(settings.url());
        engine.file(settings.url()).ifPresent(Opening::makeFolder);
        try {
            var source = engine.source(settings, Map.of());
            // Sets SQLite's journal mode, for which it looks at its file.
            source.getConnection().close();
            return new Opening(engine, name, migrate(engine, settings, source, name));
        } catch (SQLException | FlywayException e) {
            throw OpenFailure.of(engine, name, e);
        }
    }

    private static void makeFolder(Path file) {
        var folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "broker.store.url: the folder %s cannot be made; make it, or let the broker's user write above it"
                            .formatted(folder));
        }
    }

    static Flyway schema(DataSource source) {
        return configured(source).load();
    }

    private static FluentConfiguration configured(DataSource source) {
        return Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .table("token_broker_schema");
    }

    /** Whether there was no schema yet. */
    private static boolean migrate(Engine engine, StoreSettings settings, DataSource source, String name) {
        var schema = schema(source);
        var info = schema.info();
        requireUnderstood(info.all(), name);
        if (info.pending().length > 0) {
            var patient = configured(engine.source(settings, engine.toMigrate()));
            engine.beforeMigrating().ifPresent(patient::initSql);
            patient.load().migrate();
        } else {
            // As migrate() does: a script that is not the one which made the schema stops the start.
            schema.validate();
        }
        return info.current() == null;
    }

    /** Scripts of newer brokers add to the schema, and leave it usable for this one, unless they say by their name for which not. */
    private static void requireUnderstood(MigrationInfo[] migrations, String name) {
        breaking(migrations).ifPresent(newer -> {
            throw new ConfigurationException(
                    "broker.store.url: %s was written by a newer broker (schema %s); run that version or a later one"
                            .formatted(name, newer));
        });
    }

    /** The newest schema that this broker cannot use. */
    static Optional<MigrationVersion> breaking(MigrationInfo[] migrations) {
        var own = Stream.of(migrations)
                .filter(migration -> migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder())
                .orElse(MigrationVersion.EMPTY);
        return Stream.of(migrations)
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS)
                .filter(migration -> BREAKS_BEFORE
                        .matcher(migration.getDescription())
                        .results()
                        .anyMatch(least -> !own.isAtLeast(least.group(1))))
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder());
    }

    /** Later connections, as many as are needed at once. */
    HikariConfig pool(StoreSettings settings, StoreCredentials credentials, MeterRegistry metrics) {
        var pool = new HikariConfig();
        pool.setPoolName("store");
        // With idle connections to keep, the pool would try on by itself, with pauses of up to 5 s; without, each
        // caller begins anew.
        pool.setMinimumIdle(0);
        pool.setConnectionTimeout(2_000);
        pool.setValidationTimeout(1_000);
        // The first connection has been made; a database that goes away right then must not stop the start.
        pool.setInitializationFailTimeout(-1);
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
        if (engine == Engine.POSTGRESQL) {
            pool.setDataSource(engine.source(settings, Map.of()));
            pool.setCredentialsProvider(credentials);
            pool.setMaximumPoolSize(settings.poolSize());
            pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        } else {
            pool.setDataSource(engine.source(settings, NO_CREATION));
            pool.setMaximumPoolSize(1);
            pool.setMaxLifetime(0);
        }
        return pool;
    }

    /**
     * The file of an SQLite database, which may be removed or replaced while it is open: what is written then would be
     * gone with the next restart.
     */
    static final class StoreFile {

        private final Path path;
        private @Nullable Object key;

        StoreFile(Path path) {
            this.path = path;
            this.key = keyNow();
        }

        /** @throws StoreUnavailable if the file has gone */
        void require() {
            if (!Files.exists(path)) {
                throw new StoreUnavailable("its file has gone");
            }
        }

        /** Whether another file stands in its place since this was asked last, or none. */
        synchronized boolean isAnother() {
            var before = key;
            key = keyNow();
            return key == null || !key.equals(before);
        }

        private @Nullable Object keyNow() {
            try {
                return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            } catch (IOException gone) {
                return null;
            }
        }
    }
}
