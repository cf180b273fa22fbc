package io.tokenbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files and folders that a newcomer can take in. {@link ArchitectureTest} has another engine, which would replace this report. */
class SourcesTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final int MOST_FILES = 18;
    private static final int LONGEST = 220;

    /** A declaration, with its annotations. */
    private static final Pattern TYPE = Pattern.compile(
            "(\\s*@\\w+(\\([^\\n]*\\))?\\n)*\\s*([a-z-]+ )*(class|record|interface|enum|@interface) \\w+");

    private static final Pattern RIDDLE =
            Pattern.compile("(//|^\\s*/?\\*).*\\b(?i:whoever|nobody|somebody|whose|anybody)\\b");

    /** {@code make bench AUDIT=cost} compares with a build without this line. */
    @Test
    void theLineThatCountsHitsIsTheOneThatTheBenchmarkTakesOut() throws IOException {
        var script = Files.readString(Path.of("src/scripts/bench-audit"));
        var counted = Pattern.compile("(?m)^counted='(.+)'$").matcher(script);

        assertThat(counted.find()).isTrue();
        assertThat(Files.readString(SOURCES.resolve("io/tokenbroker/mint/MintLog.java")))
                .containsOnlyOnce(counted.group(1))
                .containsOnlyOnce("\n        counter.increment();\n");
    }

    @Test
    void aFolderCanBeSeenAtOnce() throws IOException {
        try (var folders = Files.walk(SOURCES).filter(Files::isDirectory)) {
            assertThat(folders).allSatisfy(folder -> {
                try (var files = Files.list(folder)) {
                    assertThat(files.filter(Files::isRegularFile))
                            .as("%s", folder)
                            .hasSizeLessThanOrEqualTo(MOST_FILES);
                }
            });
        }
    }

    @Test
    void noClassIsLongerThanTwoOrThreeScreens() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(LONGEST));
        }
    }

    @Test
    void whatAClassIsForIsSaidInFewerThanFortyWords() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                assertThat(commentsOnTypes(Files.readString(file)))
                        .as("%s", file)
                        .allSatisfy(comment -> assertThat(comment.split("\\s+")).hasSizeLessThan(40));
            }
        }
    }

    /** Their words, without what is said of parameters. */
    private static List<String> commentsOnTypes(String source) {
        var comments = new ArrayList<String>();
        for (var from = source.indexOf("/**"); from >= 0; from = source.indexOf("/**", from + 3)) {
            var to = source.indexOf("*/", from);
            if (TYPE.matcher(source.substring(to + 2)).lookingAt()) {
                comments.add(source.substring(from + 3, to)
                        .replaceAll("\\n *\\*", "\n")
                        .replaceFirst("(?s)(^|\\n) *@.*", "")
                        .replaceAll("\\{@\\w+ ", "")
                        .strip());
            }
        }
        return comments;
    }

    /** "Whoever comes next" is a riddle where "the next caller" would do. */
    @Test
    void commentsNameTheirSubjects() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            var riddles = files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> lines(file).stream())
                    .filter(RIDDLE.asPredicate());

            assertThat(riddles).hasSizeLessThan(15);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        try (var folders = Files.walk(SOURCES.resolve("io/tokenbroker"))) {
            assertThat(folders.filter(Files::isDirectory))
                    .isNotEmpty()
                    .allSatisfy(folder -> assertThat(Files.readString(folder.resolve("package-info.java")))
                            .contains("/**", "@NullMarked"));
        }
    }
}
