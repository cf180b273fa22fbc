package io.tokenbroker.database;

import static java.util.Map.entry;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.sql.SQLException;
import java.util.Map;

/** Why a store cannot be opened, in one line with the key and what to do. */
final class OpenFailure {

    private static final String AWAY =
            "broker.store.url: %s cannot be reached; check host, port and that it runs and takes writes";
    private static final String BUSY = "broker.store.url: %s is starting or stopping; start the broker again";
    private static final String FULL = "broker.store.url: the disk of %s is full; make room";
    private static final String INCOMPLETE =
            "broker.store.url: %s lacks a table of the broker's; restore it from a backup, or name another";
    private static final String REFUSED = "broker.store.username, broker.store.password: %s refuses them";

    /** By {@link StoreUnavailable#code}. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            entry("1", INCOMPLETE),
            entry(
                    "5",
                    "broker.store.url: %s is locked by another process; stop that, or give this broker its own file"),
            entry("8", "broker.store.url: %s cannot be written to; let the broker's user write to file and folder"),
            entry("11", "broker.store.url: %s is damaged; restore it from a backup"),
            entry("13", FULL),
            entry("14", "broker.store.url: %s must be a file in a folder that the broker's user may write to"),
            entry("26", "broker.store.url: %s is a file, but no SQLite database; name another file"),
            entry("08001", AWAY),
            entry(
                    "08004",
                    "broker.store.password: %s rejects the connection; set the password, or TLS in broker.store.url"),
            entry("08006", AWAY),
            entry("25006", "broker.store.url: %s is read-only; name the primary, or let it take writes"),
            entry("28000", REFUSED),
            entry("28P01", REFUSED),
            entry("3D000", "broker.store.url: there is no such database: %s; create it"),
            entry("42501", "broker.store.username: this user may not make tables in %s; let it own the database"),
            entry("42P01", INCOMPLETE),
            entry("53100", FULL),
            entry("53300", "broker.store.url: %s takes no more connections"),
            entry(
                    "55P03",
                    "broker.store.url: another program, such as a backup, holds a table of %s that a newer schema changes; start again when it has ended"),
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
