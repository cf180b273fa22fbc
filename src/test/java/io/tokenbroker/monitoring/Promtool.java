package io.tokenbroker.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Prometheus' tool, which Debian's package {@code prometheus} brings. */
final class Promtool {

    static final Path RULES = Path.of("deploy/monitoring/alerts.yaml");

    private static final String MISSING = "promtool is missing: install Debian's package prometheus";

    private Promtool() {}

    /** It succeeds; without it the test is skipped, but for a build server, which has installed it. */
    static void succeeds(String... arguments) throws IOException, InterruptedException {
        var isThere = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
        if (!isThere && System.getenv("CI") != null) {
            throw new AssertionError(MISSING);
        }
        assumeTrue(isThere, MISSING);
        var command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
