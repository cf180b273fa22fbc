package io.tokenbroker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a command printed, beside what its document shows: {@code …} stands for any text there, a number for any number. */
public record Output(String printed) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Fails unless this is what the block shows. */
    public void assertIs(CodeBlock shown, String text) {
        if (shown.language().equals("json")) {
            assertLike(shown.toString(), parsed(text), parsed(lastJson()));
        } else {
            assertThat(printed).as(shown.toString()).containsPattern(pattern(text.replace("\n", "\n…")));
        }
    }

    private String lastJson() {
        return printed.lines()
                .filter(line -> line.startsWith("{"))
                .reduce((before, last) -> last)
                .orElseThrow(() -> new AssertionError("No JSON in: " + printed));
    }

    private static void assertLike(String where, JsonNode shown, JsonNode printed) {
        var what = "%s shows %s where %s is printed".formatted(where, shown, printed);
        assertThat(printed.getNodeType()).as(what).isEqualTo(shown.getNodeType());
        if (shown.isObject()) {
            assertThat(names(printed)).as(what).containsExactlyInAnyOrderElementsOf(names(shown));
            names(shown).forEach(name -> assertLike(where, shown.path(name), printed.path(name)));
        } else if (shown.isArray()) {
            assertThat(printed).as(what).hasSameSizeAs(shown);
            for (var item = 0; item < shown.size(); item++) {
                assertLike(where, shown.path(item), printed.path(item));
            }
        } else if (shown.isTextual()) {
            assertThat(printed.textValue()).as(what).matches(pattern(Objects.requireNonNull(shown.textValue())));
        } else if (shown.isBoolean()) {
            assertThat(printed).as(what).isEqualTo(shown);
        }
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(member -> member.getKey()).toList();
    }

    private static Pattern pattern(String shown) {
        return Pattern.compile(
                Stream.of(shown.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")), Pattern.DOTALL);
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("This is no JSON: " + text, e);
        }
    }
}
