package io.tokenbroker.mint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/troubleshoot.md says of each of Entra's numbers what it becomes at a mint. */
class AadstsPageTest {

    private static final Path PAGE = Path.of("docs/troubleshoot.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| ([0-9, ]+) \\| \\[([a-z_]+)]\\(#\\2\\)(?: `([a-z_]+)`)? \\|", Pattern.MULTILINE);

    @Test
    void thePageSaysWhatEachNumberBecomes() throws IOException {
        var rows = ErrorCatalogueTest.rows()
                .collect(Collectors.toMap(
                        ErrorCatalogueTest.Row::number, row -> (row.type().code() + " " + row.reason()).strip()));

        assertThat(meanings()).isEqualTo(rows);
    }

    private static Map<Integer, String> meanings() throws IOException {
        var meanings = new HashMap<Integer, String>();
        ROW.matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> Arrays.stream(row.group(1).split(", ", -1))
                        .map(Integer::valueOf)
                        .forEach(number -> meanings.put(
                                number, row.group(3) == null ? row.group(2) : row.group(2) + " " + row.group(3))));
        return meanings;
    }
}
