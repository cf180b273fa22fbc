package io.tokenbroker.docs;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.AnswersAsDescribed;
import io.tokenbroker.support.AuditLines;
import io.tokenbroker.support.Contract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Condition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents show is run or held against the code, and what they name is there. */
class DocumentsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SOURCES = Path.of("src/main/java/io/tokenbroker");
    private static final Pattern TYPE =
            Pattern.compile("^ *(?:[a-z-]+ )*(?:class|record|interface|enum|@interface) (\\w+)", Pattern.MULTILINE);

    private static final Map<String, Path> DECLARED = declared();

    private static final Pattern OPERATION = Pattern.compile("\\b(GET|POST|DELETE|PUT|PATCH) (/[^\\s?,;<:\"]*)");
    private static final Pattern SETTING = Pattern.compile("(broker\\.[a-z][^=:\\s]*).*");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("(?:([A-Za-z]+(?:Test|IT)))?\\.([a-z]\\w+)");

    private static final Pattern PARENT = Pattern.compile("^\\w*\\s*class \\w+ extends (\\w+)", Pattern.MULTILINE);
    private static final Set<String> SETTINGS = ConfigMappings.getProperties(
                    ConfigClass.configClass(BrokerSettings.class, "broker"))
            .keySet();

    @ParameterizedTest
    @MethodSource("blocks")
    void aCodeBlockIsHeldOrSaysThatItIsAnExcerpt(CodeBlock block) {
        if (block.isExcerpt()) {
            return;
        }
        switch ((block.language() + " " + block.held()).strip()) {
            case "sh" ->
                assertThat(block.text()).as("run by DocumentedCommandsIT").isNotBlank();
            case "json output", "text output" -> assertThat(before(block)).matches(CodeBlock::isRun, "is run");
            case "properties" -> assertThat(keys(block)).isNotEmpty().allMatch(DocumentsTest::isSetting);
            case "json audit" ->
                assertThat(block.text().lines().map(AuditLines::valid)).isNotEmpty();
            case "mermaid" -> assertThat(operations(block.text())).allMatch(DocumentsTest::isOperation);
            case "text packages" -> assertThat(listed(block)).isEqualTo(packages());
            default -> {
                if (!block.language().equals("json") || block.held().isEmpty()) {
                    fail(
                            "Nothing holds a block of \"%s %s\"; CONTRIBUTING.md says what does",
                            block.language(), block.held());
                }
                AnswersAsDescribed.assertIs(block.held(), parsed(block.text()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsToAPageAndAHeading(Path page) {
        assertThat(LINK.matcher(Documents.prose(page)).results().map(link -> link.group(1)))
                .filteredOn(link -> !link.matches("(https?|mailto):.*"))
                .allMatch(link -> isThere(page, link), "leads somewhere");
    }

    @ParameterizedTest
    @MethodSource("presentPages")
    void everyOperationAndSettingIsThere(Path page) {
        var code = Documents.inlineCode(page);

        assertThat(code.stream().flatMap(text -> operations(text).stream()))
                .allMatch(DocumentsTest::isOperation, "is in openapi.yaml");
        assertThat(code.stream().map(SETTING::matcher).filter(setting -> setting.matches()))
                .extracting(setting -> setting.group(1))
                .allMatch(DocumentsTest::isSetting, "is a setting");
    }

    @ParameterizedTest
    @MethodSource("pagesOfClasses")
    void everyClassThatIsNamedIsThere(Path page) {
        assertThat(Documents.inlineCode(page))
                .filteredOn(DocumentsTest::looksLikeAClass)
                .filteredOn(code ->
                        !Contract.document().path("components").path("schemas").has(code))
                .isNotEmpty()
                .allMatch(name -> source(name).isPresent(), "is a class");
    }

    @ParameterizedTest
    @ValueSource(strings = {"findings", "threat-model", "rfc9700", "owasp-api"})
    void everyTestThatHoldsAMeasureIsThere(String page) {
        var named = "";
        for (var code : Documents.inlineCode(Path.of("docs/security/%s.md".formatted(page)))) {
            var test = TEST.matcher(code);
            if (test.matches()) {
                named = test.group(1) == null ? named : test.group(1);
                assertThat(source(named)).as(code).hasValueSatisfying(declares(test.group(2)));
            }
        }
        assertThat(named).isNotEmpty();
    }

    static Stream<CodeBlock> blocks() {
        return Documents.pages().stream().flatMap(page -> Documents.blocks(page).stream());
    }

    /** Those that speak of the code as it is: of the decisions, the ones that stand. */
    static Stream<Path> pagesOfClasses() {
        var decisions = Documents.pages().stream()
                .filter(page -> page.startsWith("docs/adr"))
                .filter(page -> !contentOf(page.toFile()).contains("**Superseded**"))
                .filter(page -> Documents.inlineCode(page).stream().anyMatch(DocumentsTest::looksLikeAClass));
        return Stream.concat(Stream.of(Path.of("CONTRIBUTING.md"), Path.of("docs/security/findings.md")), decisions);
    }

    private static boolean looksLikeAClass(String code) {
        return code.matches("([A-Z][a-z]+){2,}");
    }

    static List<Path> pages() {
        return Documents.pages();
    }

    static List<Path> presentPages() {
        return Documents.presentPages();
    }

    private static CodeBlock before(CodeBlock block) {
        var blocks = Documents.blocks(block.page());
        return blocks.get(blocks.indexOf(block) - 1);
    }

    private static List<String> keys(CodeBlock block) {
        return block.text()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.replaceFirst("=.*", ""))
                .toList();
    }

    /** Whether it is one, or the name of a group of them; {@code <name>} stands for any name. */
    private static boolean isSetting(String key) {
        var parts = key.replaceAll("\"[^\"]*\"|<[^>]*>", "*").split("\\.", -1);
        return SETTINGS.stream().map(setting -> setting.split("\\.", -1)).anyMatch(setting -> isWithin(setting, parts));
    }

    private static boolean isWithin(String[] setting, String[] parts) {
        if (parts.length > setting.length) {
            return false;
        }
        for (var part = 0; part < parts.length; part++) {
            if (!parts[part].equals("*") && !setting[part].equals("*") && !setting[part].equals(parts[part])) {
                return false;
            }
        }
        return true;
    }

    /** The API's; those below /q are of the management port. */
    private static List<String> operations(String text) {
        return OPERATION
                .matcher(text)
                .results()
                .filter(operation -> !operation.group(2).startsWith("/q/"))
                .map(operation -> operation.group(1) + " " + operation.group(2))
                .toList();
    }

    private static boolean isOperation(String operation) {
        var words = operation.split(" ", 2);
        return Contract.operation(words[0], words[1]).isPresent();
    }

    private static Set<String> listed(CodeBlock block) {
        return block.text()
                .lines()
                .flatMap(line -> Stream.of(line.split("  ", 2)[0].split(", ")))
                .collect(toCollection(TreeSet::new));
    }

    private static Set<String> packages() {
        try (var folders = Files.list(SOURCES)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .collect(toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isThere(Path page, String link) {
        var parts = link.split("#", 2);
        var target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || headings(target).contains(parts[1]));
    }

    /** As GitHub makes anchors of them. */
    private static Set<String> headings(Path page) {
        return HEADING.matcher(Documents.prose(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(toSet());
    }

    /** The file of a class, which may be nested in another. */
    private static Optional<Path> source(String name) {
        return Optional.ofNullable(DECLARED.get(name));
    }

    private static Map<String, Path> declared() {
        var declared = new HashMap<String, Path>();
        try (var files = Files.walk(Path.of("src"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                TYPE.matcher(Files.readString(file))
                        .results()
                        .forEach(type -> declared.putIfAbsent(type.group(1), file));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return declared;
    }

    private static Condition<Path> declares(String test) {
        var declaration = Pattern.compile("\\b(void|ArchRule) " + test + "\\b");
        return new Condition<>(
                file -> lineage(file).anyMatch(type -> declaration.matcher(type).find()),
                "declares or inherits " + test);
    }

    /** The text of a class and of those that it extends. */
    private static Stream<String> lineage(Path file) {
        var type = contentOf(file.toFile());
        var parents = PARENT.matcher(type).results().flatMap(parent -> source(parent.group(1)).stream());
        return Stream.concat(Stream.of(type), parents.flatMap(DocumentsTest::lineage));
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("This is no JSON: " + text, e);
        }
    }
}
