package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.support.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that cannot be opened stops the start with one line: the key, the cause, and what to do. */
@Timeout(60)
class StoreStartTest {

    private static final String URL = "broker.store.url";
    private static final String WRONG_PASSWORD = "this-is-the-wrong-password";

    @TempDir
    private Path folder = Path.of("target");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://db",
                "jdbc:mysql://db/broker",
                "postgresql://db/broker",
                "data/broker.db",
                "JDBC:SQLITE:x"
            })
    void anUrlOfAnotherKind(String url) {
        assertRefused(url, URL + " must begin with jdbc:sqlite: or jdbc:postgresql:, such as");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:sqlite:", "jdbc:sqlite::memory:", "jdbc:sqlite:file:store.db", "jdbc:sqlite:?x=y"})
    void anUrlOfNoFile(String url) {
        assertRefused(url, URL + " must name a file behind jdbc:sqlite:, such as");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://broker:" + WRONG_PASSWORD + "@db.internal/broker",
                "jdbc:postgresql://broker:" + WRONG_PASSWORD + "?x@db.internal:5432/broker",
                "jdbc:postgresql://a,broker:" + WRONG_PASSWORD + "@db.internal:5432/broker",
                "jdbc:postgresql://" + WRONG_PASSWORD + "@db.internal",
                "jdbc:postgresql:broker:" + WRONG_PASSWORD + "@db.internal/broker"
            })
    void anUrlWithAPassword(String url) {
        assertRefused(url, URL + " must be such as", "broker.store.username", "broker.store.password");
    }

    @Test
    void aFolderThatCannotBeMade() throws IOException {
        var file = Files.createFile(folder.resolve("file"));

        assertRefused(sqlite(file.resolve("data/store.db")), URL + ": the folder " + file.resolve("data"));
    }

    @Test
    void aPathThatIsAFolder() {
        assertRefused(sqlite(folder), URL + ": ", "must be a file in a folder that the broker's user may write to");
    }

    @Test
    void aFileThatIsNoDatabase() throws IOException {
        var file = Files.writeString(folder.resolve("notes.txt"), "no database\n".repeat(500));

        assertRefused(sqlite(file), URL + ": ", "no SQLite database; name another file");
        assertThat(file).content().startsWith("no database");
    }

    @Test
    void aDamagedFile() throws IOException {
        var file = folder.resolve("store.db");
        TestDatabases.close(TestDatabases.sqlite(file));
        var bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 200, bytes.length, (byte) 0xA5);
        Files.write(file, bytes);

        assertRefused(sqlite(file), URL + ": ", "restore it from a backup");
    }

    @Test
    void aFileThatMayNotBeWrittenTo() {
        var file = folder.resolve("store.db");
        TestDatabases.close(TestDatabases.sqlite(file));
        execute(sqlite(file), "DROP TABLE access_tokens");
        execute(sqlite(file), "DELETE FROM token_broker_schema");
        execute(sqlite(file), "DROP TABLE grants");

        // Opened for reading only, as by a user who may not write to it.
        assertRefused(sqlite(file) + "?open_mode=1", URL + ": ", "cannot be written to");
    }

    @Test
    void aNewerBrokerThatHasTakenSomethingAway() {
        var file = storeOfANewerBroker("drop root breaks before 900");

        assertRefused(
                sqlite(file),
                URL + ": ",
                "was written by a newer broker (schema 999); run that version or a later one");
    }

    /** As the version before runs on, and starts, while another replica is upgraded. */
    @ParameterizedTest
    @ValueSource(strings = {"of the future", "drop what two does without breaks before 2", "it breaks before"})
    void aNewerBrokerThatHasOnlyAdded(String description) {
        var file = storeOfANewerBroker(description);

        TestDatabases.close(TestDatabases.sqlite(file));
    }

    private Path storeOfANewerBroker(String description) {
        var file = folder.resolve("store.db");
        TestDatabases.close(TestDatabases.sqlite(file));
        execute(sqlite(file), """
            INSERT INTO token_broker_schema (installed_rank, version, description, type, script, checksum, installed_by,
                installed_on, execution_time, success)
            VALUES (999, '999', '%s', 'SQL', 'V999.sql', 1, 'x', '2026-01-01 00:00:00', 1, 1)
            """.formatted(description));
        return file;
    }

    @Test
    void aSchemaThatOtherScriptsHaveMade() {
        var file = folder.resolve("store.db");
        TestDatabases.close(TestDatabases.sqlite(file));
        execute(sqlite(file), "UPDATE token_broker_schema SET checksum = checksum + 1 WHERE version = '3'");

        assertRefused(sqlite(file), URL + ": ", "cannot be brought up to date");
    }

    @Test
    void aFileOfAnotherProgram() {
        var file = folder.resolve("other.db");
        execute(sqlite(file), "CREATE TABLE grants (id INTEGER)");

        assertRefused(sqlite(file), URL + ": ", "is it a database of the broker's own?");
    }

    @Test
    void aLockedFile() throws SQLException {
        var file = folder.resolve("store.db");
        try (var other = DriverManager.getConnection(sqlite(file));
                var statement = other.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE");

            assertRefused(sqlite(file) + "?busy_timeout=200", URL + ": ", "is locked by another process");
        }
    }

    @Test
    void aFileAndItsFolderAreMade() {
        var file = folder.resolve("a/b c/ü/store.db");

        var database = TestDatabases.sqlite(file);
        try {
            assertThat(database.isNew()).isTrue();
            assertThat(database.name()).isEqualTo("jdbc:sqlite:" + file);
            assertThat(file).exists();
        } finally {
            TestDatabases.close(database);
        }
        var again = TestDatabases.sqlite(file);
        assertThat(again.isNew()).isFalse();
        TestDatabases.close(again);
    }

    @Test
    void aWrongPassword() throws IOException {
        Postgres.requirePassword("careful", "the right one");

        var refused = refusal(Map.of(
                "broker.store.url",
                Postgres.url("postgres") + "?sslmode=disable",
                "broker.store.username",
                "careful",
                "broker.store.password",
                WRONG_PASSWORD));

        assertThat(refused)
                .startsWith(
                        "broker.store.username, broker.store.password: " + Postgres.url("postgres") + " refuses them");
    }

    @Test
    void noPassword() throws IOException {
        Postgres.requirePassword("forgetful", "the right one");

        var refused = refusal(Map.of(
                "broker.store.url",
                Postgres.url("postgres") + "?sslmode=disable",
                "broker.store.username",
                "forgetful"));

        assertThat(refused)
                .isEqualTo("broker.store.password: " + Postgres.url("postgres")
                        + " rejects the connection; set the password, or TLS in broker.store.url");
    }

    @Test
    void aFolderInsteadOfAFile() {
        assertThat(refusal(Map.of("broker.store.url", "jdbc:sqlite:/"))).startsWith(URL + ": ");
    }

    @Test
    void noSuchDatabase() {
        assertThat(refusal(postgresql(Postgres.url("nowhere"))))
                .startsWith(URL + ": there is no such database: ")
                .endsWith("create it");
    }

    @Test
    void nothingListens() {
        assertThat(refusal(postgresql("jdbc:postgresql://localhost:1/broker")))
                .isEqualTo(
                        URL
                                + ": jdbc:postgresql://localhost:1/broker cannot be reached; check host, port and that it runs and takes writes");
    }

    @Test
    void anUnknownHost() {
        assertThat(refusal(postgresql("jdbc:postgresql://no-such-host.invalid/broker")))
                .endsWith("cannot be reached; check host, port and that it runs and takes writes");
    }

    @Test
    void aDatabaseInWhichTheUserMayNotMakeTables() {
        var url = Postgres.newDatabase();
        Postgres.execute(url, "CREATE ROLE reader LOGIN");
        Postgres.execute(url, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        assertThat(refusal(Map.of("broker.store.url", url, "broker.store.username", "reader")))
                .startsWith("broker.store.username: this user may not make tables in ")
                .endsWith("let it own the database");
    }

    @Test
    void aDatabaseOfAnotherProgram() {
        var url = Postgres.newDatabase();
        Postgres.execute(url, "CREATE TABLE grants (id INTEGER)");

        assertThat(refusal(postgresql(url))).endsWith("is it a database of the broker's own?");
    }

    /** What waits for a table makes all who come later wait behind it: other replicas, which mint. */
    @Test
    void aTableThatABackupReads() throws SQLException {
        var url = Postgres.newDatabase();
        TestDatabases.close(TestDatabases.postgresql(url));
        Postgres.execute(url, "DELETE FROM token_broker_schema WHERE installed_rank >= 3");
        Postgres.execute(url, "DROP TABLE events");
        Postgres.execute(url, "DROP TABLE provider_states");
        try (var backup = DriverManager.getConnection(url, "postgres", "")) {
            backup.setAutoCommit(false);
            try (var statement = backup.createStatement()) {
                statement.execute("LOCK TABLE grants IN ACCESS SHARE MODE");
            }

            assertThat(refusal(postgresql(url)))
                    .startsWith(URL + ": another program, such as a backup, holds a table of ");
        }
    }

    private static void assertRefused(String url, String beginning, String... parts) {
        assertThat(refusal(Map.of("broker.store.url", url)))
                .startsWith(beginning)
                .satisfies(words ->
                        assertThat(parts).allSatisfy(part -> assertThat(words).contains(part)));
    }

    /** The words of a refusal: one line without a secret. */
    private static String refusal(Map<String, String> settings) {
        var refused = catchThrowable(() -> TestDatabases.close(TestDatabases.open(settings)));
        assertThat(refused).isInstanceOf(ConfigurationException.class);
        assertThat(refused.getMessage()).doesNotContain("\n", WRONG_PASSWORD, "sslmode", "open_mode");
        return String.valueOf(refused.getMessage());
    }

    private static Map<String, String> postgresql(String url) {
        return Map.of("broker.store.url", url, "broker.store.username", "postgres");
    }

    private static String sqlite(Path file) {
        return "jdbc:sqlite:" + file;
    }

    private static void execute(String url, String sql) {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
