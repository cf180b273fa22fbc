package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An SQLite file that is full, locked or away: said in time, and nothing is reported stored that is not. */
@Timeout(60)
class StoreOutageTest {

    private static final String ADD = "INSERT INTO rows (id, text) VALUES (?, ?) RETURNING id";

    @TempDir
    private Path folder = Path.of("target");

    private @Nullable Database opened;

    @AfterEach
    void close() {
        if (opened != null) {
            TestDatabases.close(opened);
        }
    }

    @Test
    void whatIsReportedStoredOnAFullFileIsStored() {
        var database = open(folder.resolve("store.db"), "");
        database.run("test", session -> session.rows(row -> 1, "PRAGMA max_page_count = 60"));

        assertStoredUntilFull(database);
    }

    @Test
    void whatIsReportedStoredOnAFullDiskIsStored() throws Exception {
        var disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk.toString()), "may not mount");
        try {
            var database = open(disk.resolve("store.db"), "");
            assertStoredUntilFull(database);
            // Reading works, and says nothing of writing.
            assertThat(database.isAway()).isTrue();
            assertThat(database.answeringFor()).isZero();

            assertThat(run("mount", "-o", "remount,size=6m", disk.toString())).isTrue();
            Waiting.until(() -> !database.isAway(), Duration.ofSeconds(15));
            add(database, 10_000);
            TestDatabases.close(database);
            opened = null;
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    /** Each row by a statement of its own, and then, once there is no room, in a transaction. */
    private static void assertStoredUntilFull(Database database) {
        var told = 0;
        try {
            for (; told < 10_000; told++) {
                add(database, told);
            }
        } catch (StoreUnavailable full) {
            assertThat(full).hasMessageContaining("code 13");
        }
        assertThat(told).isBetween(5, 9_999);
        assertThat(count(database)).isEqualTo(told);
    }

    private static void add(Database database, int number) {
        var stored = database.<Integer>run(
                "test",
                session -> session.first(row -> row.getInt(1), ADD, number, "x".repeat(2_000))
                        .orElseThrow());
        assertThat(stored).isEqualTo(number);
    }

    @Test
    void aTransactionThatFailsLeavesNothing() {
        var database = open(folder.resolve("store.db"), "");

        assertThatThrownBy(() -> database.transaction("test", session -> {
                    session.update("INSERT INTO rows (id, text) VALUES (1, 'a')");
                    return session.update("INSERT INTO rows (id, text) VALUES (1, 'again')");
                }))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageNotContaining("again");

        assertThat(count(database)).isZero();
        database.transaction("test", session -> session.update("INSERT INTO rows (id, text) VALUES (1, 'a')"));
        assertThat(count(database)).isEqualTo(1);
    }

    @Test
    void aFailureThatIsNotTheDatabasesAlsoLeavesNothing() {
        var database = open(folder.resolve("store.db"), "");

        assertThatThrownBy(() -> database.transaction("test", session -> {
                    session.update("INSERT INTO rows (id, text) VALUES (1, 'a')");
                    throw new IllegalStateException("a defect");
                }))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("IllegalStateException at ")
                .hasMessageNotContaining("a defect");

        assertThat(count(database)).isZero();
    }

    @Test
    void aLockedFileIsSaidToBeAwayInTimeAndWorksOnceItIsFree() throws SQLException {
        var file = folder.resolve("store.db");
        var database = open(file, "");
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            var began = System.nanoTime();

            assertThatThrownBy(() -> add(database, 1))
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageContaining("code 5");

            assertThat(since(began)).isLessThan(Duration.ofSeconds(8));
            assertThat(count(database)).isZero();
            statement.execute("ROLLBACK");
        }
        add(database, 1);
        assertThat(count(database)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsLockedForAMomentIsWaitedFor(boolean isTransaction) throws Exception {
        var file = folder.resolve("store.db");
        var database = open(file, "");
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = other.createStatement();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            statement.execute("BEGIN IMMEDIATE");
            var added = threads.submit(() -> {
                if (isTransaction) {
                    database.transaction("test", session -> session.first(row -> row.getInt(1), ADD, 1, "x"));
                } else {
                    add(database, 1);
                }
            });

            assertThatThrownBy(() -> added.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            statement.execute("ROLLBACK");

            added.get();
        }
        assertThat(count(database)).isEqualTo(1);
    }

    @Test
    void aFileThatIsDeletedIsAwayAtOnceAndBackOnceItIsBack() throws IOException {
        var file = folder.resolve("store.db");
        var database = open(file, "");
        add(database, 1);
        move(file, folder.resolve("elsewhere.db"));

        assertThatThrownBy(() -> add(database, 2))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessage("its file has gone");
        assertThatThrownBy(() -> count(database)).isInstanceOf(StoreUnavailable.class);
        Waiting.until(database::isAway, Duration.ofSeconds(3));
        assertThat(database.answeringFor()).isZero();
        assertThat(file).doesNotExist();

        move(folder.resolve("elsewhere.db"), file);
        Waiting.until(() -> !database.isAway(), Duration.ofSeconds(5));
        add(database, 2);
        assertThat(count(database)).isEqualTo(2);
    }

    @Test
    void aFileThatIsReplacedIsTheOneThatIsWrittenTo() throws IOException {
        var file = folder.resolve("store.db");
        var backup = folder.resolve("backup.db");
        var database = open(file, "");
        database.run("test", session -> session.rows(row -> 1, "PRAGMA wal_checkpoint(TRUNCATE)"));
        Files.copy(file, backup);
        add(database, 1);

        Files.deleteIfExists(Path.of(file + "-wal"));
        Files.deleteIfExists(Path.of(file + "-shm"));
        Files.delete(file);
        Waiting.until(database::isAway, Duration.ofSeconds(3));
        Files.move(backup, file);
        Waiting.until(() -> !database.isAway(), Duration.ofSeconds(5));

        assertThat(count(database)).isZero();
        add(database, 7);
        TestDatabases.close(database);
        opened = null;
        var reopened = TestDatabases.sqlite(file);
        assertThat(count(reopened)).isEqualTo(1);
        TestDatabases.close(reopened);
    }

    @Test
    void itIsKnownForHowLongItHasAnswered() {
        var ticker = new FakeTicker();
        var database =
                TestDatabases.open(Map.of("broker.store.url", "jdbc:sqlite:" + folder.resolve("store.db")), ticker);
        opened = database;
        for (var second = 0; second < 12; second++) {
            ticker.advance(Duration.ofSeconds(1));
            database.run("test", session -> session.rows(row -> 1, "SELECT 1"));
        }

        assertThat(database.answeringFor()).isEqualTo(Duration.ofSeconds(12));
        assertThatThrownBy(() -> database.run("test", session -> session.update("UPDATE nothing SET a = 1")))
                .isInstanceOf(StoreUnavailable.class);
        assertThat(database.answeringFor()).isZero();
    }

    private Database open(Path file, String parameters) {
        var database = TestDatabases.open(Map.of("broker.store.url", "jdbc:sqlite:" + file + parameters));
        opened = database;
        database.run("test", session -> session.update("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)"));
        return database;
    }

    private static long count(Database database) {
        return database.run("test", session -> session.rows(row -> row.getLong(1), "SELECT count(*) FROM rows"))
                .getFirst();
    }

    /** With its log, as a volume that is unmounted. */
    private static void move(Path from, Path to) throws IOException {
        for (var part : new String[] {"-wal", "-shm", ""}) {
            if (Files.exists(Path.of(from + part))) {
                Files.move(Path.of(from + part), Path.of(to + part));
            }
        }
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
