package io.tokenbroker.database;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.sql.SQLException;
import java.util.Optional;
import org.flywaydb.core.api.MigrationVersion;

/** Why a store cannot be opened, in one line with the key and what to do. */
final class OpenFailure {

    private static final String URL = "broker.store.url: ";

    private OpenFailure() {}

    static ConfigurationException of(Engine engine, String name, Exception e) {
        var cause = cause(e);
        return cause.map(sql -> engine == Engine.SQLITE ? sqlite(name, sql) : postgresql(name, sql))
                .orElseGet(() -> new ConfigurationException(URL
                        + "the schema of %s cannot be brought up to date; is it a database of the broker's own?"
                                .formatted(name)));
    }

    static ConfigurationException newerSchema(String name, MigrationVersion version) {
        return new ConfigurationException(URL
                + "%s was written by a newer broker (schema %s); run that version or a later one"
                        .formatted(name, version));
    }

    private static Optional<SQLException> cause(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }

    /** By the result code of SQLite; its driver knows no SQLSTATE. */
    private static ConfigurationException sqlite(String name, SQLException e) {
        return new ConfigurationException(URL
                + switch (e.getErrorCode() & 0xff) {
                    case 5, 6 ->
                        "%s is locked by another process; stop that, or give this broker a file of its own"
                                .formatted(name);
                    case 8 ->
                        "%s cannot be written to; let the broker's user write to the file and its folder"
                                .formatted(name);
                    case 11 -> "%s is damaged; restore it from a backup".formatted(name);
                    case 13 -> "the disk of %s is full; make room".formatted(name);
                    case 14 ->
                        "%s cannot be opened; it must be a file in a folder that the broker's user may write to"
                                .formatted(name);
                    case 26 -> "%s is a file, but no SQLite database; name another file".formatted(name);
                    default ->
                        // The library itself is unpacked to a folder from which it may be loaded.
                        "%s cannot be opened (code %d); is %s a folder from which libraries may be loaded, or org.sqlite.lib.path set?"
                                .formatted(name, e.getErrorCode(), System.getProperty("java.io.tmpdir"));
                });
    }

    /** By SQLSTATE. */
    private static ConfigurationException postgresql(String name, SQLException e) {
        var state = String.valueOf(e.getSQLState());
        return switch (state) {
            case "28P01", "28000" ->
                new ConfigurationException(
                        "broker.store.username, broker.store.password: %s refuses them".formatted(name));
            case "3D000" ->
                new ConfigurationException(URL + "there is no such database: %s; create it".formatted(name));
            case "42501" ->
                new ConfigurationException(
                        "broker.store.username: this user may not make tables in %s; let it own the database"
                                .formatted(name));
            case "08001", "08004", "08006" ->
                new ConfigurationException(
                        URL + "%s cannot be reached; check host, port and that it runs".formatted(name));
            case "53300" -> new ConfigurationException(URL + "%s takes no more connections".formatted(name));
            default -> new ConfigurationException(URL + "%s cannot be opened (SQLSTATE %s)".formatted(name, state));
        };
    }
}
