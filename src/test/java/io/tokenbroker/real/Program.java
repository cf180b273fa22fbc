package io.tokenbroker.real;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/** Another program, run to its end. */
public record Program(int exitCode, String output) {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Fails where it is not installed if this is CI; else skips the test, and says why. */
    public static void require(String name, String what) {
        var isThere = List.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        if (!isThere) {
            var missing =
                    "No %s on the PATH: %s is NOT tested. Get it by: apt-get install %s".formatted(name, what, name);
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(missing);
            }
            throw new TestAbortedException(missing);
        }
    }

    /** Runs it here, with these variables besides the usual; both its outputs are one. */
    public static Program run(Path folder, Map<String, String> variables, String... command) {
        try {
            var output = Files.createTempFile("program", ".txt");
            output.toFile().deleteOnExit();
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(variables);
            var process = builder.start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command[0] + " did not end: " + Files.readString(output));
            }
            return new Program(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
