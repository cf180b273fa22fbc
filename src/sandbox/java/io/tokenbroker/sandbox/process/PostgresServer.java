package io.tokenbroker.sandbox.process;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL as a process of its own, for brokers that are replicas. It can be killed and started again with what it
 * has stored.
 */
public final class PostgresServer implements AutoCloseable {

    private final Path folder;
    private final int port = FreePort.any();
    private EmbeddedPostgres server;

    /** @param parent of its files, which stay when it is closed: the leak check reads them */
    public PostgresServer(Path parent) {
        folder = parent.resolve("postgres-" + UUID.randomUUID());
        server = started();
    }

    /** What brokers are configured with to store here. */
    public Map<String, String> settings(Map<String, String> others) {
        var settings = new HashMap<>(others);
        settings.put("broker.store.url", "jdbc:postgresql://localhost:%d/postgres".formatted(port));
        settings.put("broker.store.username", "postgres");
        return settings;
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(server.getJdbcUrl("postgres", "postgres"));
    }

    /** SIGKILL, as a machine that fails: nobody says goodbye to its connections. */
    public void kill() {
        try {
            var pid = Long.parseLong(
                    Files.readAllLines(folder.resolve("postmaster.pid")).getFirst());
            var process = ProcessHandle.of(pid).orElseThrow();
            var children = process.descendants().toList();
            process.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what it had stored. */
    public void startAgain() {
        server = started();
    }

    /** Writes every column of every table of the brokers to a file, values as the bytes that they are. */
    public void dump(Path file) {
        try (var connection = connect()) {
            Files.write(file, TableDump.of(connection), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private EmbeddedPostgres started() {
        try {
            Files.createDirectories(folder.getParent());
            return EmbeddedPostgres.builder()
                    .setDataDirectory(folder)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("max_connections", "100")
                    // As everywhere but in this package's hurry: a commit that was answered survives a kill.
                    .setServerConfig("synchronous_commit", "on")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
