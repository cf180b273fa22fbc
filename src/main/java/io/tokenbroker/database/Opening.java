package io.tokenbroker.database;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.BrokerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;

/**
 * The first connection, and the schema brought up to date over it. Whatever is wrong stops the start here with the key and
 * the cause: a pool would hide it behind its time-out.
 *
 * @param properties what later connections are opened with
 * @param isNew whether there was no schema yet
 */
record Opening(Engine engine, String name, Map<String, String> properties, boolean isNew) {

    private static final String SCRIPTS = "classpath:db/migration";

    /** Reads and writes; without a third flag it does not make a file where there is none. */
    private static final String NO_CREATION = "2";

    /** @throws ConfigurationException in one line */
    static Opening of(BrokerSettings.Store settings) {
        var engine = Engine.of(settings.url())
                .orElseThrow(
                        () -> new ConfigurationException(
                                "broker.store.url must begin with jdbc:sqlite: or jdbc:postgresql:, such as jdbc:postgresql://db.internal:5432/token_broker"));
        var properties = new HashMap<>(engine.connection());
        settings.username().ifPresent(user -> properties.put("user", user));
        settings.password().ifPresent(password -> properties.put("password", password));
        engine.file(settings.url()).ifPresent(Opening::makeFolder);
        var name = Engine.withoutQuery(settings.url());
        try {
            connect(engine, settings.url(), properties);
            var isNew = migrate(settings.url(), properties);
            engine.file(settings.url()).ifPresent(file -> properties.put("open_mode", NO_CREATION));
            return new Opening(engine, name, properties, isNew);
        } catch (SQLException e) {
            throw OpenFailure.of(engine, name, e);
        } catch (FlywayException e) {
            throw OpenFailure.of(engine, name, e);
        }
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
        // Sets SQLite's journal mode, for which it looks at its file.
        engine.driver().connect(url, all).close();
    }

    private static boolean migrate(String url, Map<String, String> properties) {
        var flyway = Flyway.configure()
                .jdbcProperties(properties)
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
}
