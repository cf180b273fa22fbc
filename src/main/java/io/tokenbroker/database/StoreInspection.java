package io.tokenbroker.database;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.database.Session.Work;
import io.tokenbroker.settings.StoreSettings;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/**
 * Looks at a store and leaves it as it is: makes no file, folder or table, and brings no schema up to date. Blocks. Whatever
 * fails is said in one line, as at a start.
 */
public final class StoreInspection {

    /** Without a file SQLite makes none, and one with another journal keeps it. */
    private static final Map<String, String> AS_IT_IS = Map.of("open_mode", "2", "journal_mode", "");

    private final Engine engine;
    private final String name;
    private final boolean isMade;
    private final DataSource source;

    private StoreInspection(StoreSettings settings) {
        engine = Engine.of(settings.url());
        name = Engine.withoutQuery(settings.url());
        isMade = engine.file(settings.url()).map(Files::exists).orElse(true);
        source = engine.source(settings, engine == Engine.SQLITE ? AS_IT_IS : Map.of());
    }

    /** @throws ConfigurationException if the settings can be those of no store */
    public static StoreInspection of(StoreSettings settings) {
        return new StoreInspection(settings);
    }

    /** Where it is, without user, password and parameters. */
    public String name() {
        return name;
    }

    /** False of a file that the broker makes at its first start. */
    public boolean isMade() {
        return isMade;
    }

    /** @throws ConfigurationException as all below, if the store does not answer so */
    public Schema schema() {
        try {
            // Of what a connection can fail for, this says more.
            source.getConnection().close();
            var info = Opening.schema(source).info();
            return new Schema(
                    Optional.ofNullable(info.current())
                            .map(MigrationInfo::getVersion)
                            .map(String::valueOf),
                    info.pending().length,
                    Opening.breaking(info.all()).isPresent());
        } catch (SQLException | FlywayException e) {
            throw OpenFailure.of(engine, name, e);
        }
    }

    /** The database's own time. */
    public Instant now() {
        return read(session -> session.first(row -> row.getLong(1), "SELECT " + engine.clock()))
                .map(Instant::ofEpochMilli)
                .orElseThrow();
    }

    public <T> T read(Work<T> work) {
        try (var connection = source.getConnection()) {
            return work.in(new Session(connection));
        } catch (SQLException e) {
            throw OpenFailure.of(engine, name, e);
        }
    }

    /** BEGIN, the writing, ROLLBACK: whether it takes writes. */
    public void tryOut(Work<Integer> writing) {
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var _ = writing.in(new Session(connection));
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw OpenFailure.of(engine, name, e);
        }
    }

    /**
     * @param version of the schema; empty where there is none yet
     * @param pending how many scripts a start of this broker would run
     * @param isNewer whether a newer broker has made it what this one cannot use
     */
    public record Schema(Optional<String> version, int pending, boolean isNewer) {}
}
