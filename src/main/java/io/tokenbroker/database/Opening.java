package io.tokenbroker.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.BrokerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;

/**
 * The first connection, and the schema brought up to date over it. Whatever is wrong stops the start here with the key and
 * the cause: a pool would hide it behind its time-out.
 *
 * @param isNew whether there was no schema yet
 */
record Opening(Engine engine, String name, boolean isNew) {

    private static final String SCRIPTS = "classpath:db/migration";

    /** Reads and writes; without a third flag it does not make a file where there is none. */
    private static final String NO_CREATION = "2";

    /** @throws ConfigurationException in one line */
    static Opening of(BrokerSettings.Store settings) {
        var engine = Engine.of(settings.url());
        var properties = properties(engine, settings);
        engine.file(settings.url()).ifPresent(Opening::makeFolder);
        var name = Engine.withoutQuery(settings.url());
        try {
            connect(engine, settings.url(), properties);
            return new Opening(engine, name, migrate(engine, settings.url(), properties));
        } catch (SQLException | FlywayException e) {
            throw OpenFailure.of(engine, name, e);
        }
    }

    private static Map<String, String> properties(Engine engine, BrokerSettings.Store settings) {
        var properties = engine.connection(settings.url());
        settings.username().ifPresent(user -> properties.put("user", user));
        settings.password().ifPresent(password -> properties.put("password", password));
        return properties;
    }

    private static void makeFolder(Path file) {
        var folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "broker.store.url: the folder %s cannot be made; make it, or let the broker's user write above it"
                            .formatted(folder));
        }
    }

    private static void connect(Engine engine, String url, Map<String, String> properties) throws SQLException {
        var all = new Properties();
        all.putAll(properties);
        try {
            var driver = Class.forName(engine.driver())
                    .asSubclass(Driver.class)
                    .getDeclaredConstructor()
                    .newInstance();
            // Sets SQLite's journal mode, for which it looks at its file.
            driver.connect(url, all).close();
        } catch (ReflectiveOperationException e) {
            throw new ConfigurationException("broker.store.url: the driver %s is missing".formatted(engine.driver()));
        }
    }

    private static boolean migrate(Engine engine, String url, Map<String, String> properties) {
        var flyway = Flyway.configure()
                .jdbcProperties(properties)
                .driver(engine.driver())
                .dataSource(url, properties.get("user"), properties.get("password"))
                .locations(SCRIPTS)
                .table("token_broker_schema")
                .load();
        var info = flyway.info();
        var isNew = info.current() == null;
        for (var migration : info.all()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
                throw OpenFailure.newerSchema(Engine.withoutQuery(url), migration.getVersion());
            }
        }
        flyway.migrate();
        return isNew;
    }

    /** Later connections, as many as are needed at once. */
    HikariConfig pool(BrokerSettings.Store settings, MeterRegistry metrics) {
        var pool = new HikariConfig();
        pool.setPoolName("store");
        pool.setDriverClassName(engine.driver());
        pool.setJdbcUrl(settings.url());
        properties(engine, settings).forEach(pool::addDataSourceProperty);
        pool.setMaximumPoolSize(engine == Engine.SQLITE ? 1 : settings.poolSize());
        pool.setConnectionTimeout(2_000);
        pool.setValidationTimeout(1_000);
        // The first connection has been made; a database that goes away right then must not stop the start.
        pool.setInitializationFailTimeout(-1);
        if (engine == Engine.POSTGRESQL) {
            pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        } else {
            pool.addDataSourceProperty("open_mode", NO_CREATION);
            pool.setMaxLifetime(0);
        }
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
        return pool;
    }
}
