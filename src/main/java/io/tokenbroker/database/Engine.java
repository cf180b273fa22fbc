package io.tokenbroker.database;

import java.nio.file.Path;
import java.sql.Driver;
import java.util.Map;
import java.util.Optional;

/** The two databases that the broker speaks to, and what differs between them. */
@SuppressWarnings("ImmutableEnumChecker") // the map is a copy
public enum Engine {
    SQLITE(
            "jdbc:sqlite:",
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            // FULL: with NORMAL a power cut loses the last commits. IMMEDIATE: a deferred transaction that reads, then
            // writes, fails at once when another process wrote in between.
            Map.of(
                    "journal_mode", "WAL",
                    "synchronous", "FULL",
                    "transaction_mode", "IMMEDIATE",
                    "busy_timeout", "4000")),
    POSTGRESQL(
            "jdbc:postgresql:",
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            Map.of(
                    "socketTimeout", "5",
                    "connectTimeout", "2",
                    "targetServerType", "primary",
                    "ApplicationName", "token-broker"));

    private final String prefix;
    private final String clock;
    private final Map<String, String> connection;

    Engine(String prefix, String clock, Map<String, String> connection) {
        this.prefix = prefix;
        this.clock = clock;
        this.connection = connection;
    }

    static Optional<Engine> of(String url) {
        for (var engine : values()) {
            if (url.startsWith(engine.prefix)) {
                return Optional.of(engine);
            }
        }
        return Optional.empty();
    }

    /** SQL for the database's own time in milliseconds since 1970, at the moment the statement runs. */
    public String clock() {
        return clock;
    }

    /**
     * A driver, which registers itself: {@code DriverManager} looks for drivers once, and does not see those of an application
     * that is started in the same process later.
     */
    Driver driver() {
        return switch (this) {
            case SQLITE -> new org.sqlite.JDBC();
            case POSTGRESQL -> new org.postgresql.Driver();
        };
    }

    /** What a connection is opened with, unless the URL says otherwise. */
    Map<String, String> connection() {
        return connection;
    }

    /** The file of an SQLite database. */
    Optional<Path> file(String url) {
        return this == SQLITE ? Optional.of(Path.of(withoutQuery(url).substring(prefix.length()))) : Optional.empty();
    }

    /** The URL without its parameters, which may hold a password. */
    static String withoutQuery(String url) {
        var query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
