package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.TableDump;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * After all other tests: nothing that any broker logged, told others or stored in the whole suite holds a secret that was issued, shown
 * or handed out in it.
 */
class LeakIT {

    /** Reads any bytes, so that no file is left out for its encoding; secrets are ASCII. */
    private static final Charset ANY = StandardCharsets.ISO_8859_1;

    private static final String CANARY = "canary-Zx8vQm2LpR5tYw1KbN7cHd3F";

    private static List<Path> lanes;
    private static Set<String> secrets;
    private static List<Path> logs;

    /** What databases have written: SQLite's files with their journals, PostgreSQL's data directories, dumps. */
    private static List<Path> stores;

    @TempDir
    Path folder = Path.of("");

    /** Tests run beside each other, each with a folder for what it leaves behind. */
    @BeforeAll
    static void read() throws IOException {
        try (var found = Files.list(Path.of(System.getProperty("sandbox.leaks", "target/leaks")))) {
            lanes = found.sorted().toList();
        }
        secrets = lanes.stream()
                .flatMap(lane -> read(lane.resolve("secrets.txt")).lines())
                .filter(line -> line.length() >= SecretSearch.SHORTEST)
                .collect(Collectors.toSet());
        logs = files("logs");
        stores = files("stores");
    }

    private static List<Path> files(String folder) throws IOException {
        var all = new ArrayList<Path>();
        for (var lane : lanes) {
            if (Files.isDirectory(lane.resolve(folder))) {
                try (var files = Files.walk(lane.resolve(folder))) {
                    files.filter(Files::isRegularFile).sorted().forEach(all::add);
                }
            }
        }
        return all;
    }

    @Test
    void noLogHoldsASecret() {
        var search = new SecretSearch(secrets);

        assertThat(logs)
                .allSatisfy(log -> assertThat(leaks(search, log, read(log))).isEmpty());
    }

    @Test
    void aSecretInALogWouldBeFound() {
        var all = new HashSet<>(secrets);
        all.add(CANARY);
        var search = new SecretSearch(all);

        assertThat(logs).allSatisfy(log -> {
            var text = read(log);
            var middle = text.indexOf('\n', text.length() / 2) + 1;
            var planted = text.substring(0, middle) + "a line with " + CANARY + " in it\n" + text.substring(middle);
            assertThat(leaks(search, log, planted)).hasSize(1);
        });
    }

    @Test
    void noFileOfADatabaseHoldsASecret() {
        var search = new SecretSearch(secrets);

        assertThat(stores)
                .allSatisfy(file -> assertThat(search.findIn(read(file))).isEmpty());
    }

    @Test
    void noColumnOfADatabaseHoldsASecret() {
        var search = new SecretSearch(secrets);

        assertThat(databases())
                .allSatisfy(file -> assertThat(columns(file))
                        .allSatisfy(value -> assertThat(search.findIn(value)).isEmpty()));
    }

    @Test
    void aTokenInADatabaseWouldBeFound() throws SQLException, IOException {
        var search = new SecretSearch(List.of(CANARY, CANARY + CANARY));
        var file = folder.resolve("canary.db");
        try (var store = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = store.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("CREATE TABLE grants (account_id TEXT, refresh_token BLOB, note TEXT)");
            statement.execute("INSERT INTO grants VALUES ('acc_1', CAST('%s' AS BLOB), NULL)".formatted(CANARY));
            statement.execute("INSERT INTO grants VALUES ('acc_2', NULL, 'before %s after')".formatted(CANARY));

            // Not yet in the file itself.
            assertThat(search.findIn(read(folder.resolve("canary.db-wal")))).isNotEmpty();
            assertThat(TableDump.of(store))
                    .filteredOn(value -> !search.findIn(value).isEmpty())
                    .hasSize(2);
        }
        assertThat(search.findIn(read(file))).isNotEmpty();
    }

    /** Else those above would say nothing. */
    @Test
    void theWholeSuiteIsLookedAt() {
        assertThat(lanes).hasSizeGreaterThan(1);
        assertThat(secrets).hasSizeGreaterThan(500);
        assertThat(secrets).contains(Sandbox.DEMO_KEY);
        assertThat(secrets).as("JWTs").anyMatch(secret -> secret.matches("eyJ[^.]+\\.[^.]+\\.[^.]+"));
        assertThat(secrets)
                .as("sealed values")
                .anyMatch(secret -> secret.matches("eyJ[^.]+\\.\\.[^.]+\\.[^.]+\\.[^.]+"));
        assertThat(secrets).as("what Keycloak issued").anyMatch(secret -> secret.startsWith("kc-"));
        assertThat(logs)
                .extracting(log -> log.getFileName().toString())
                .contains(
                        "broker.log",
                        "replica-1.log",
                        "keycloak.log",
                        "audit.jsonl",
                        "events.txt",
                        "metrics.txt",
                        "management.txt",
                        "1.otlp");
        assertThat(logs.stream().mapToLong(log -> read(log).lines().count()).sum())
                .isGreaterThan(200);
    }

    @Test
    void theWholeSuitesStoresAreLookedAt() {
        assertThat(databases()).hasSizeGreaterThan(3);
        assertThat(databases().stream().flatMap(file -> columns(file).stream()))
                .as("sealed tokens in SQLite")
                .anyMatch(value -> value.startsWith("grants.refresh_token: "))
                .anyMatch(value -> value.startsWith("access_tokens.access_token: "));
        assertThat(stores)
                .as("PostgreSQL's dump, tables and write-ahead log")
                .anyMatch(file -> file.endsWith("postgres-dump.txt")
                        && read(file).contains("grants.refresh_token: ")
                        && read(file).contains("access_tokens.access_token: "))
                .anyMatch(file -> file.toString().matches(".*/postgres-[^/]+/base/.+"))
                .anyMatch(file -> file.toString().matches(".*/postgres-[^/]+/pg_wal/.+"));
    }

    /** Each place, in words that do not repeat the secret. */
    private static List<String> leaks(SecretSearch search, Path log, String text) {
        return search.findIn(text).stream()
                .map(at -> "%s, line %d: %s***"
                        .formatted(
                                log,
                                text.substring(0, at).lines().count(),
                                text.substring(Math.max(text.lastIndexOf('\n', at) + 1, at - 200), at)))
                .toList();
    }

    private static List<Path> databases() {
        return stores.stream().filter(file -> file.toString().endsWith(".db")).toList();
    }

    /** All values of all tables. */
    private static List<String> columns(Path database) {
        try (var store = DriverManager.getConnection("jdbc:sqlite:" + database)) {
            return TableDump.of(store);
        } catch (SQLException e) {
            throw new IllegalStateException(database.toString(), e);
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, ANY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
