package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.docs.CodeBlock;
import io.tokenbroker.docs.Documents;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/getting-started-azure.md says of each step what proves it, and names what is there. */
class AzureGuideTest {

    private static final Path PAGE = Path.of("docs/getting-started-azure.md");
    private static final String GUIDE = text(PAGE);
    private static final Path DEMO = Path.of("src/sandbox/resources/demo");
    private static final Pattern STEP = Pattern.compile("(?ms)^#{2,3} (\\d[a-z]?)\\. .*?(?=^#{2,3} |\\z)");
    private static final Pattern PROVEN =
            Pattern.compile("(?m)^\\| proof by the doctor \\|.*\\R\\|---.*\\R\\| [✓!?] `[A-Za-z]+");
    private static final Pattern FINDINGS = Pattern.compile("(?m)^\\| [✓!?] (`[^|]+`) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern LABEL = Pattern.compile("(?<!\\*)\\*([^*]+)\\*(?!\\*)");
    private static final Pattern USED = Pattern.compile("\\$\\{?([A-Za-z_]\\w*)");
    private static final Pattern VARIABLE = Pattern.compile("`((?:ENTRA|DEMO|ADMIN)_[A-Z_]+)`");

    /** The fourth is a command that the fifth proves, and 4a to 4f are the same by hand. */
    @ParameterizedTest
    @MethodSource("steps")
    void eachStepSaysWhichFindingProvesIt(String step) {
        if (!step.startsWith("## 4. ")) {
            assertThat(step).containsPattern(PROVEN);
        }
    }

    @Test
    void everyFindingIsOneOfTheDoctors() {
        var doctor = text(Path.of("docs/doctor.md"));

        assertThat(FINDINGS.matcher(GUIDE)
                        .results()
                        .flatMap(line -> NAME.matcher(line.group(1)).results())
                        .map(name -> name.group(1))
                        .distinct())
                .hasSizeGreaterThan(15)
                .allMatch(name -> doctor.contains("\n| %s |".formatted(name)), "is a check");
    }

    @Test
    void noStepIsLeftOut() {
        assertThat(STEP.matcher(GUIDE).results().map(step -> step.group(1)))
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "4a", "4b", "4c", "4d", "4e", "4f");
    }

    @Test
    void everyVariableItNamesIsOneOfTheComposeFile() {
        assertThat(VARIABLE.matcher(GUIDE).results().map(name -> name.group(1)).distinct())
                .hasSizeGreaterThan(5)
                .isSubsetOf(ComposeFiles.example().keySet());
    }

    /** In the two steps on the demo page, and on FusionAuth's that it leads to. What is in tables is elsewhere. */
    @Test
    void everyButtonThatItNamesIsThere() {
        var shown = Stream.of("index.html", "backend.html", "app.js", "backend.js")
                        .map(file -> text(DEMO.resolve(file)))
                        .collect(Collectors.joining())
                        .replace("${provider.name}", "Entra")
                + text(ComposeFiles.KICKSTART);

        assertThat(STEP.matcher(GUIDE).results())
                .filteredOn(step -> Set.of("6", "7").contains(step.group(1)))
                .flatMap(step -> step.group()
                        .lines()
                        .filter(line -> !line.startsWith("|"))
                        .toList())
                .flatMap(line -> LABEL.matcher(line).results().toList())
                .extracting(label -> label.group(1))
                .hasSizeGreaterThan(5)
                .allSatisfy(label -> assertThat(shown)
                        .containsAnyOf(
                                ">%s</button>".formatted(label),
                                ">%s</a>".formatted(label),
                                "'%s'".formatted(label),
                                "`%s`)".formatted(label),
                                "\"buttonText\": \"%s\"".formatted(label)));
    }

    @Test
    void everyShellVariableIsSetBeforeItIsUsed() {
        var shell = shell();

        assertThat(USED.matcher(shell).results())
                .isNotEmpty()
                .allSatisfy(used -> assertThat(shell.substring(0, used.start()))
                        .containsPattern("(?m)^%s=".formatted(used.group(1))));
    }

    @Test
    void everyProgramIsSaidToBeNeeded() {
        var needed = GUIDE.substring(0, GUIDE.indexOf("\n## "));

        assertThat(Stream.of("make", "curl", "jq", "openssl").filter(program -> shell().contains(program + " ")))
                .hasSize(4)
                .allSatisfy(program -> assertThat(needed).contains("`%s`".formatted(program)));
        assertThat(text(ComposeFiles.FOLDER.resolve("README.md"))).contains("`make`", "`openssl`");
    }

    /** Of the provider that FusionAuth is told to make by hand, as of the one that the kickstart makes. */
    @Test
    void theProviderMadeByHandIsTheOneOfTheKickstart() {
        var oauth2 = List.of(
                "`openid profile email offline_access`", "`client_secret_post`", "`sub`", "*Create a pending link*");
        var kickstart = text(ComposeFiles.KICKSTART);

        assertThat(GUIDE).contains(oauth2);
        assertThat(kickstart)
                .contains("\"name\": \"Entra\"")
                .contains("\"scope\": \"openid profile email offline_access\"")
                .contains("\"clientAuthenticationMethod\": \"client_secret_post\"")
                .contains("\"uniqueIdClaim\": \"sub\"")
                .contains("\"linkingStrategy\": \"CreatePendingLink\"");
    }

    private static String shell() {
        return Documents.blocks(PAGE).stream()
                .filter(block -> block.language().equals("sh"))
                .map(CodeBlock::text)
                .collect(Collectors.joining("\n"));
    }

    static Stream<String> steps() {
        return STEP.matcher(GUIDE).results().map(step -> step.group());
    }
}
