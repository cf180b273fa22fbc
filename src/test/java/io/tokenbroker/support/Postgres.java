package io.tokenbroker.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;

/**
 * One real PostgreSQL for all tests of the JVM, which ends with it. It writes to disk before it says so, as the broker needs
 * it to.
 */
public final class Postgres {

    /** The class loader of every profile has this class anew; the properties of the JVM are there once. */
    private static final String PORT = "test.postgres.port";

    private Postgres() {}

    /** The URL of a new, empty database; its user {@code postgres} needs no password. */
    public static String newDatabase() {
        var name = "t" + UUID.randomUUID().toString().replace("-", "");
        execute(url("postgres"), "CREATE DATABASE " + name);
        return url(name);
    }

    /** Runs a statement as the superuser. */
    public static void execute(String url, String sql) {
        try (var connection = DriverManager.getConnection(url, "postgres", "");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes a user who needs a password. */
    public static void requirePassword(String user, String password) throws IOException {
        execute(url("postgres"), "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(user, password));
        var rules = Path.of(ask("SHOW hba_file"));
        var before = Files.readString(rules);
        Files.writeString(rules, "host all %s all scram-sha-256\n".formatted(user) + before);
        ask("SELECT pg_reload_conf()");
    }

    private static String ask(String sql) {
        try (var connection = DriverManager.getConnection(url("postgres"), "postgres", "");
                var statement = connection.createStatement();
                var answer = statement.executeQuery(sql)) {
            answer.next();
            return String.valueOf(answer.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The URL of a database of this name, whether there is one or not. */
    public static String url(String database) {
        return "jdbc:postgresql://localhost:%d/%s".formatted(port(), database);
    }

    private static int port() {
        synchronized (System.getProperties()) {
            if (System.getProperty(PORT) == null) {
                System.setProperty(PORT, String.valueOf(start().getPort()));
            }
            return Integer.parseInt(System.getProperty(PORT));
        }
    }

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "100")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
