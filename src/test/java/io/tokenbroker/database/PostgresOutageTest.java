package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.support.Postgres;
import io.tokenbroker.support.Waiting;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A PostgreSQL that is killed: its callers hear of it in time, what was reported stored is stored, and it comes back. */
@Timeout(90)
class PostgresOutageTest {

    @Test
    void itIsAwayWhileKilledAndBackByItself() throws IOException {
        var data = Files.createTempDirectory("pgdata");
        var port = freePort();
        var server = start(data, port);
        var database = TestDatabases.postgresql("jdbc:postgresql://localhost:%d/postgres".formatted(port));
        try {
            database.run("test", session -> session.update("CREATE TABLE rows (id INTEGER PRIMARY KEY)"));
            add(database, 1);
            kill(data);

            for (var i = 2; i < 6; i++) {
                var began = System.nanoTime();
                var number = i;
                assertThatThrownBy(() -> add(database, number)).isInstanceOf(StoreUnavailable.class);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
            }
            assertThat(database.isAway()).isTrue();
            assertThat(database.answeringFor()).isZero();

            server.close();
            server = start(data, port);
            Waiting.until(() -> !database.isAway(), Duration.ofSeconds(15));
            add(database, 7);
            assertThat(database.<Long>run(
                            "test",
                            session -> session.rows(row -> row.getLong(1), "SELECT sum(id) FROM rows")
                                    .getFirst()))
                    .isEqualTo(8);
        } finally {
            TestDatabases.close(database);
            server.close();
            kill(data);
        }
    }

    @Test
    void oneThatTakesNoWritesIsAwayUntilItDoes() {
        var url = Postgres.newDatabase();
        var database = TestDatabases.postgresql(url + "?targetServerType=any");
        try {
            database.run("test", session -> session.update("CREATE TABLE rows (id INTEGER PRIMARY KEY)"));
            setReadOnly(url, "on");
            Postgres.execute(
                    url,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            Waiting.until(() -> refusesToWrite(database));
            Waiting.until(() -> canBeRead(database));

            assertThat(database.isAway()).isTrue();
            assertThat(database.answeringFor()).isZero();
            setReadOnly(url, "off");
            Waiting.until(() -> !database.isAway());
            add(database, 1);
        } finally {
            TestDatabases.close(database);
        }
    }

    /** For sessions that begin from now on. */
    private static void setReadOnly(String url, String value) {
        var name = url.substring(url.lastIndexOf('/') + 1);
        Postgres.execute(
                Postgres.url("postgres"),
                "ALTER DATABASE %s SET default_transaction_read_only = %s".formatted(name, value));
    }

    private static boolean refusesToWrite(Database database) {
        try {
            return database.update("test", "DELETE FROM rows") > 0;
        } catch (StoreUnavailable e) {
            return String.valueOf(e.getMessage()).contains("25006");
        }
    }

    private static boolean canBeRead(Database database) {
        try {
            return database.rows("test", row -> 1, "SELECT 1").size() == 1;
        } catch (StoreUnavailable cut) {
            return false;
        }
    }

    /** As a burst of callers on a busy machine. */
    @Test
    void aConnectionIsWaitedForAsLongAsAStatementTakes() throws Exception {
        var database = TestDatabases.open(Map.of(
                "broker.store.url", Postgres.newDatabase(),
                "broker.store.username", "postgres",
                "broker.store.pool-size", "1"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slow = threads.submit(() -> database.rows("test", row -> 1, "SELECT pg_sleep(3)"));
            var next = threads.submit(() -> database.rows("test", row -> 1, "SELECT pg_sleep(3)"));

            assertThat(slow.get()).hasSize(1);
            assertThat(next.get()).hasSize(1);
        } finally {
            TestDatabases.close(database);
        }
    }

    private static void add(Database database, int number) {
        database.run("test", session -> session.update("INSERT INTO rows (id) VALUES (?)", number));
    }

    private static EmbeddedPostgres start(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    /** As by power loss: this server and its children, no other. */
    private static void kill(Path data) throws IOException {
        var pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        var pid = Long.parseLong(Files.readAllLines(pidFile).getFirst());
        ProcessHandle.of(pid).ifPresent(server -> {
            var children = server.descendants().toList();
            server.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            Waiting.until(() -> !server.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        });
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
