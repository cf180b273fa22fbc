package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/getting-started-azure.md says of each step what proves it, and names what is there. */
class AzureGuideTest {

    private static final String GUIDE = text(Path.of("docs/getting-started-azure.md"));
    private static final Pattern STEP = Pattern.compile("(?ms)^#{2,3} (\\d[a-z]?)\\. .*?(?=^#{2,3} |\\z)");
    private static final Pattern PROVEN =
            Pattern.compile("(?m)^\\| proof by the doctor \\|.*\\R\\|---.*\\R\\| [✓!?] `[A-Za-z]+");
    private static final Pattern FINDINGS = Pattern.compile("(?m)^\\| [✓!?] (`[^|]+`) \\|");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");
    private static final Pattern VARIABLE = Pattern.compile("`((?:ENTRA|DEMO|ADMIN)_[A-Z_]+)`");

    /** The fourth is a command that the fifth proves, and 4a to 4e are the same by hand. */
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
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "4a", "4b", "4c", "4d", "4e");
    }

    @Test
    void everyVariableItNamesIsOneOfTheComposeFile() {
        assertThat(VARIABLE.matcher(GUIDE).results().map(name -> name.group(1)).distinct())
                .hasSizeGreaterThan(5)
                .isSubsetOf(ComposeFiles.example().keySet());
    }

    /** Of the provider that FusionAuth is told to make by hand, as of the one that the kickstart makes. */
    @Test
    void theProviderMadeByHandIsTheOneOfTheKickstart() {
        var oauth2 = List.of(
                "`openid profile email offline_access`", "`client_secret_post`", "`sub`", "*Create a pending link*");
        var kickstart = text(ComposeFiles.KICKSTART);

        assertThat(GUIDE).contains(oauth2);
        assertThat(kickstart)
                .contains("\"scope\": \"openid profile email offline_access\"")
                .contains("\"clientAuthenticationMethod\": \"client_secret_post\"")
                .contains("\"uniqueIdClaim\": \"sub\"")
                .contains("\"linkingStrategy\": \"CreatePendingLink\"");
    }

    static Stream<String> steps() {
        return STEP.matcher(GUIDE).results().map(step -> step.group());
    }
}
