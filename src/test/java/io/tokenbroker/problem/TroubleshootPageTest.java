package io.tokenbroker.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** docs/troubleshoot.md has a section for each problem, so that a code can be looked up there. */
class TroubleshootPageTest {

    private static final Path PAGE = Path.of("docs/troubleshoot.md");

    /** Other sections have their names in backticks. */
    private static final Pattern SECTION =
            Pattern.compile("^### ([a-z_]+)\\n\\n(.*?)(?=^##)", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void everySectionIsOfACodeThatExists() throws IOException {
        assertThat(sections().keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(ProblemType::code)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void theSectionOfACodeSaysItsStatusItsWordInOAuthAndWhoActs(ProblemType type) throws IOException {
        assertThat(sections().get(type.code()))
                .startsWith("%d, OAuth `%s`".formatted(type.status(), type.oauthError()))
                .containsPattern("\\*\\*Acts: [^*]*(page|back end|person|operator|administrator)");
    }

    private static Map<String, String> sections() throws IOException {
        var sections = new LinkedHashMap<String, String>();
        SECTION.matcher(Files.readString(PAGE)).results().forEach(section -> {
            var before = sections.put(section.group(1), section.group(2));
            assertThat(before).as("another section of " + section.group(1)).isNull();
        });
        return sections;
    }
}
