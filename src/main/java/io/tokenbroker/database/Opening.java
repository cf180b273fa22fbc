package io.tokenbroker.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;

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

    /** Whether there was no schema yet. */
    private static boolean migrate(DataSource source, String name) {
        var flyway = Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .table("token_broker_schema")
                .load();
        var info = flyway.info();
        var isNew = info.current() == null;
        for (var migration : info.all()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
                throw new ConfigurationException(
                        "broker.store.url: %s was written by a newer broker (schema %s); run that version or a later one"
                                .formatted(name, migration.getVersion()));
            }
        }
        flyway.migrate();
        return isNew;
    }

    /** Later connections, as many as are needed at once. */
    HikariConfig pool(StoreSettings settings, MeterRegistry metrics) {
        var pool = new HikariConfig();
        pool.setPoolName("store");
        pool.setConnectionTimeout(2_000);
        pool.setValidationTimeout(1_000);
        // The first connection has been made; a database that goes away right then must not stop the start.
        pool.setInitializationFailTimeout(-1);
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
        if (engine == Engine.POSTGRESQL) {
            pool.setDataSource(engine.source(settings, Map.of()));
            pool.setMaximumPoolSize(settings.poolSize());
            pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        } else {
            pool.setDataSource(engine.source(settings, NO_CREATION));
            pool.setMaximumPoolSize(1);
            pool.setMaxLifetime(0);
        }
        return pool;
    }
}
