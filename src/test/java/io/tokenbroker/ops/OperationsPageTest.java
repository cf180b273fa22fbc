package io.tokenbroker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/troubleshoot.md has every line that an operator finds in the log at WARN or ERROR, and every part of readiness. */
class OperationsPageTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path PAGE = Path.of("docs/troubleshoot.md");
    private static final Pattern LINE = Pattern.compile("^\\| (?:WARN|ERROR) \\| `([^|]*)` \\|", Pattern.MULTILINE);
    private static final Pattern PLACE = Pattern.compile("%[a-z]");

    /** Says nothing by itself. */
    private static final int SHORT = 10;

    private static final List<String> LOGGED = new ArrayList<>();
    private static final List<String> HEALTH_CHECKS = new ArrayList<>();

    @BeforeAll
    static void readSources() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8);
                var paths = Files.walk(SOURCES)) {
            var sources = files.getJavaFileObjectsFromPaths(
                    paths.filter(path -> path.toString().endsWith(".java")).toList());
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, sources);
            for (var unit : task.parse()) {
                new Calls().scan(unit, null);
            }
        }
    }

    @Test
    void everyLineOfTheLogIsOnThePage() throws IOException {
        var lines = LINE.matcher(Files.readString(PAGE))
                .results()
                .map(line -> line.group(1))
                .toList();

        assertThat(LOGGED)
                .hasSizeGreaterThan(20)
                .allSatisfy(logged -> assertThat(lines).anyMatch(line -> isSame(line, logged)));
    }

    @Test
    void everyPartOfReadinessIsOnThePage() throws IOException {
        var page = Files.readString(PAGE);

        assertThat(HEALTH_CHECKS)
                .hasSizeGreaterThan(3)
                .allSatisfy(check -> assertThat(page).contains("### `%s`\n".formatted(check)));
    }

    /** The page has the beginning of a long line, and says more where the source has a variable. */
    private static boolean isSame(String line, String logged) {
        return logged.startsWith(line) || line.startsWith(logged.replaceFirst("[ …]*$", ""));
    }

    private static final class Calls extends TreeScanner<@Nullable Void, @Nullable Void> {

        private static final Set<String> LOG = Set.of("LOG.warn", "LOG.warnf", "LOG.error", "LOG.errorf", "LOG.logf");

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            var name = call.getMethodSelect().toString();
            call.getArguments().stream()
                    .filter(LiteralTree.class::isInstance)
                    .map(argument -> ((LiteralTree) argument).getValue())
                    .filter(String.class::isInstance)
                    .map(text -> PLACE.matcher((String) text).replaceAll("…"))
                    .findFirst()
                    .ifPresent(text -> {
                        if (LOG.contains(name) && text.length() >= SHORT) {
                            LOGGED.add(text);
                        } else if (name.equals("HealthCheckResponse.named")) {
                            HEALTH_CHECKS.add(text);
                        }
                    });
            return super.visitMethodInvocation(call, null);
        }
    }
}
