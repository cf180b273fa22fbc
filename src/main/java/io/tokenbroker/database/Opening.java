package io.tokenbroker.database;

import static java.util.Map.entry;

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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
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
            return new Opening(engine, name, migrate(source, name));
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
        return Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .table("token_broker_schema")
                .load();
    }

    /** Whether there was no schema yet. */
    private static boolean migrate(DataSource source, String name) {
        var flyway = schema(source);
        var info = flyway.info();
        var isNew = info.current() == null;
        requireUnderstood(info.all(), name);
        flyway.migrate();
        return isNew;
    }

    /** Scripts of newer brokers add to the schema, and leave it usable for this one, unless they say by their name for which not. */
    private static void requireUnderstood(MigrationInfo[] migrations, String name) {
        var own = Stream.of(migrations)
                .filter(migration -> migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder())
                .orElse(MigrationVersion.EMPTY);
        for (var migration : migrations) {
            var least = BREAKS_BEFORE.matcher(migration.getDescription());
            if (migration.getState() == MigrationState.FUTURE_SUCCESS
                    && least.find()
                    && !own.isAtLeast(least.group(1))) {
                throw new ConfigurationException(
                        "broker.store.url: %s was written by a newer broker (schema %s); run that version or a later one"
                                .formatted(name, migration.getVersion()));
            }
        }
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

    /** Why a store cannot be opened, in one line with the key and what to do. */
    static final class OpenFailure {

        private static final String AWAY =
                "broker.store.url: %s cannot be reached; check host, port and that it runs and takes writes";
        private static final String BUSY = "broker.store.url: %s is starting or stopping; start the broker again";
        private static final String REFUSED = "broker.store.username, broker.store.password: %s refuses them";

        /** By {@link StoreUnavailable#code}. */
        private static final Map<String, String> REASONS = Map.ofEntries(
                entry(
                        "5",
                        "broker.store.url: %s is locked by another process; stop that, or give this broker its own file"),
                entry("8", "broker.store.url: %s cannot be written to; let the broker's user write to file and folder"),
                entry("11", "broker.store.url: %s is damaged; restore it from a backup"),
                entry("13", "broker.store.url: the disk of %s is full; make room"),
                entry("14", "broker.store.url: %s must be a file in a folder that the broker's user may write to"),
                entry("26", "broker.store.url: %s is a file, but no SQLite database; name another file"),
                entry("08001", AWAY),
                entry(
                        "08004",
                        "broker.store.password: %s rejects the connection; set the password, or TLS in broker.store.url"),
                entry("08006", AWAY),
                entry("28000", REFUSED),
                entry("28P01", REFUSED),
                entry("3D000", "broker.store.url: there is no such database: %s; create it"),
                entry("42501", "broker.store.username: this user may not make tables in %s; let it own the database"),
                entry("53300", "broker.store.url: %s takes no more connections"),
                entry("57P01", BUSY),
                entry("57P03", BUSY));

        private OpenFailure() {}

        static ConfigurationException of(Engine engine, String name, Exception e) {
            return new ConfigurationException(reason(engine, e).replace("%s", name));
        }

        private static String reason(Engine engine, Throwable e) {
            for (var cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql) {
                    var code = StoreUnavailable.code(sql);
                    var otherwise = "broker.store.url: %s cannot be opened (" + code + ")";
                    // SQLite's library is unpacked to a folder from which it may be loaded.
                    return REASONS.getOrDefault(
                            code,
                            engine == Engine.POSTGRESQL
                                    ? otherwise
                                    : otherwise
                                            + "; may libraries be loaded from the folder java.io.tmpdir, or is org.sqlite.lib.path set?");
                }
            }
            return "broker.store.url: the schema of %s cannot be brought up to date; is it a database of the broker's own?";
        }
    }
}
