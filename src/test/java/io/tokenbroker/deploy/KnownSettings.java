package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The settings that docs/settings.md lists, and how the environment spells them. */
final class KnownSettings {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(broker\\.[^`]+)` \\| [^|]* \\| ([^|]*) \\|");

    private KnownSettings() {}

    static boolean isKey(String key) {
        return keys().anyMatch(known -> key.matches(Pattern.quote(known).replace("<name>", "\\E[^.]+\\Q")));
    }

    /** Those of providers cannot be variables; a client's name is one word of letters and digits then. */
    static boolean isVariable(String name) {
        return keys().filter(key -> !key.contains("\""))
                .map(key -> key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_").replace("<NAME>", "[A-Z0-9]+"))
                .anyMatch(name::matches);
    }

    /** Those without which no broker starts. */
    static List<String> required() {
        return rows().filter(row -> row[1].equals("**required**"))
                .map(row -> row[0])
                .toList();
    }

    private static Stream<String> keys() {
        return rows().map(row -> row[0]);
    }

    private static Stream<String[]> rows() {
        return ROW.matcher(text(Path.of("docs/settings.md"))).results().map(row ->
                new String[] {row.group(1), row.group(2)});
    }
}
