package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The version before runs on with what a script has made, unless the script's name says that it does not (docs/adr/0014). */
class MigrationsTest {

    private static final Path SCRIPTS = Path.of("src/main/resources/db/migration");
    private static final Pattern BREAKS = Pattern.compile("V[0-9]+__.+_breaks_before_[0-9]+\\.sql");
    private static final Pattern COMMENT = Pattern.compile("--[^\n]*");

    /** Without a foreign key, which would hold back what the version before deletes. */
    private static final Pattern MADE = Pattern.compile("(?is)CREATE TABLE (\\w+)\\b(?!.*\\bREFERENCES\\b).*");

    /** A column that nobody has to give a value. Not unique: what the version before writes must go on. */
    private static final Pattern ADDED_COLUMN = Pattern.compile(
            "(?is)ALTER TABLE \\w+ ADD COLUMN \\w+ \\w+(\\([0-9]+\\))?( NOT NULL DEFAULT \\S+| DEFAULT \\S+( NOT NULL)?)?");

    private static final Pattern ADDED_INDEX = Pattern.compile("(?is)CREATE INDEX \\w+ ON \\w+ ?\\(.*\\)");
    private static final Pattern OF_TABLE =
            Pattern.compile("(?is)(?:CREATE UNIQUE INDEX \\w+ ON|INSERT INTO) (\\w+)\\b.*");

    @Test
    void everyScriptLeavesTheVersionBeforeRunning() throws IOException {
        try (var scripts = Files.list(SCRIPTS)) {
            assertThat(scripts)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .filteredOn(script ->
                            !BREAKS.matcher(script.getFileName().toString()).matches())
                    .allSatisfy(script ->
                            assertThat(notAdditive(Files.readString(script))).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE grants",
                "ALTER TABLE grants DROP COLUMN root",
                "ALTER TABLE grants RENAME COLUMN root TO origin",
                "ALTER TABLE grants ADD COLUMN tag VARCHAR(9) NOT NULL",
                "ALTER TABLE grants ADD COLUMN tag VARCHAR(9) UNIQUE",
                "CREATE UNIQUE INDEX one_user ON grants (user_id)",
                "UPDATE grants SET status = 'new'",
                "DELETE FROM grants",
                "INSERT INTO grants (account_id) VALUES ('x')",
                "CREATE TABLE tags (account_id VARCHAR(9) REFERENCES grants (account_id))",
                "CREATE TABLE tags (id BIGINT, account_id VARCHAR(9), FOREIGN KEY (account_id) references grants)"
            })
    void whatTakesSomethingAwayIsFound(String statement) {
        assertThat(notAdditive("CREATE TABLE more (id BIGINT);\n" + statement + ";"))
                .containsExactly(statement);
    }

    @Test
    void whatAddsIsFine() {
        assertThat(notAdditive("""
            -- A table; with its index.
            CREATE TABLE more (id BIGINT NOT NULL PRIMARY KEY);
            CREATE UNIQUE INDEX more_once ON more (id);
            INSERT INTO more (id) VALUES (1);
            CREATE INDEX grants_by_version ON grants (version);
            ALTER TABLE grants ADD COLUMN tag VARCHAR(9);
            ALTER TABLE grants ADD COLUMN times BIGINT NOT NULL DEFAULT 0;
            """)).isEmpty();
    }

    /** The statements that change more than tables of this script's own. */
    private static List<String> notAdditive(String script) {
        var statements = Stream.of(COMMENT.matcher(script).replaceAll("").split(";"))
                .map(statement -> statement.replaceAll("\\s+", " ").strip())
                .filter(statement -> !statement.isEmpty())
                .toList();
        var made = statements.stream()
                .map(MADE::matcher)
                .filter(table -> table.matches())
                .map(table -> table.group(1))
                .toList();
        return statements.stream().filter(statement -> !adds(statement, made)).toList();
    }

    private static boolean adds(String statement, List<String> made) {
        var ofTable = OF_TABLE.matcher(statement);
        return MADE.matcher(statement).matches()
                || ADDED_COLUMN.matcher(statement).matches()
                || ADDED_INDEX.matcher(statement).matches()
                || (ofTable.matches() && made.contains(ofTable.group(1)));
    }
}
