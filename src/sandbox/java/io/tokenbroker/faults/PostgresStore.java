package io.tokenbroker.faults;

import io.tokenbroker.sandbox.process.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real PostgreSQL as it is in production: every commit is on its disk. A proxy stands before it for each replica. */
final class PostgresStore implements Store {

    private static final Duration START = Duration.ofSeconds(30);

    private final Path data;
    private final int port = FreePort.any();
    private final List<StoreProxy> proxies = new ArrayList<>();
    private EmbeddedPostgres server;

    PostgresStore(int replicas) {
        try {
            data = Files.createTempDirectory("faults-postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = started();
        for (var i = 0; i < replicas; i++) {
            proxies.add(new StoreProxy(port));
        }
    }

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public Map<String, String> settings(int replica) {
        return Map.of(
                "broker.store.url",
                        "jdbc:postgresql://127.0.0.1:%d/postgres"
                                .formatted(proxies.get(replica).port()),
                "broker.store.username", "postgres",
                "broker.store.password", "postgres");
    }

    /**
     * Instead of {@link #settings}, for a replica whose statements are to stop in many places at the same time: none of them
     * may run out of time before the last is there.
     */
    Map<String, String> patientSettings(int replica) {
        var settings = new HashMap<>(settings(replica));
        settings.computeIfPresent("broker.store.url", (key, url) -> url + "?socketTimeout=40");
        settings.put("broker.store.pool-size", "100");
        return settings;
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), "postgres", "");
    }

    @Override
    public Harm locked() {
        try {
            var connection = connect();
            connection.setAutoCommit(false);
            execute(connection, "LOCK TABLE grants IN EXCLUSIVE MODE");
            return () -> close(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Harm slow(Duration each) {
        proxies.forEach(proxy -> proxy.suffer(new StoreProxy.Rule() {
            @Override
            public boolean before(String statement) {
                if (statement.contains("grants") || statement.contains("access_tokens")) {
                    Waiting.pass(each);
                }
                return true;
            }
        }));
        return () -> suffer(StoreProxy.Rule.NONE);
    }

    @Override
    public Harm gone() {
        proxies.forEach(StoreProxy::away);
        return () -> proxies.forEach(StoreProxy::back);
    }

    /** As a primary that was made a standby. */
    @Override
    public Optional<Harm> readOnly() {
        set("on");
        return Optional.of(() -> set("off"));
    }

    private void set(String readOnly) {
        try (var connection = connect()) {
            execute(connection, "ALTER SYSTEM SET default_transaction_read_only = " + readOnly);
            execute(connection, "SELECT pg_reload_conf()");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Harm> full() {
        return Optional.empty();
    }

    /** One replica alone is cut off. */
    Harm cutOff(int replica) {
        proxies.get(replica).away();
        return () -> proxies.get(replica).back();
    }

    @Override
    public void suffer(StoreProxy.Rule rule) {
        proxies.forEach(proxy -> proxy.suffer(rule));
    }

    /** SIGKILL of all its processes. */
    void kill() {
        try (var lines = Files.lines(data.resolve("postmaster.pid"))) {
            var postmaster = ProcessHandle.of(
                            Long.parseLong(lines.findFirst().orElseThrow().strip()))
                    .orElseThrow();
            var all = Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(one ->
                    one.onExit().completeOnTimeout(one, 5, TimeUnit.SECONDS).join());
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On the same data. */
    void start() {
        server = started();
    }

    private EmbeddedPostgres started() {
        try {
            return EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setPGStartupWait(START)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        proxies.forEach(StoreProxy::close);
        try {
            server.close();
            try (var files = Files.walk(data)) {
                files.sorted((one, other) -> other.compareTo(one))
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.rollback();
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
