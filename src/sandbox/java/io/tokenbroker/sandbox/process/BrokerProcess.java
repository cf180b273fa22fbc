package io.tokenbroker.sandbox.process;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.tokenbroker.sandbox.wire.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The packaged broker, run as it is in production: a process that can be killed and started again at the same address
 * with the same settings. What it prints goes where the leak check reads, or
 * where the system property {@code sandbox.logs} says.
 */
public final class BrokerProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What the JVM has learned of a start (src/scripts/train). */
    private static final Path LEARNED = Path.of(System.getProperty("broker.aot", "target/broker.aot"));

    private final int port = FreePort.any();
    private final int managementPort = FreePort.any();
    private final String name;
    private final Path log;
    private Path settings;
    private List<String> prefix = List.of();
    private List<String> options = optionsForTests("256m");
    private Map<String, String> environment = Map.of();
    private Path jar = BrokerVersion.THIS.jar();
    private @Nullable Process process;

    /**
     * @param name of its log; two processes of one name share a log, not a port
     * @param settings everything is logged at DEBUG unless they say otherwise
     */
    public BrokerProcess(String name, Map<String, String> settings) {
        this.name = name;
        this.log = logs().resolve(name + ".log");
        this.settings = write(name, completed(settings));
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    public URI url() {
        return URI.create("http://localhost:" + port);
    }

    /** Where its health and metrics are. */
    public URI management() {
        return URI.create("http://localhost:" + managementPort);
    }

    /** @param most as the JVM's {@code -Xmx} has it */
    @CanIgnoreReturnValue
    public BrokerProcess withHeap(String most) {
        options = optionsForTests(most);
        return this;
    }

    /** From its next start on it finds these variables in its environment, besides the settings. */
    @CanIgnoreReturnValue
    public BrokerProcess withEnvironment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
        return this;
    }

    /** It is another version from its next start on. */
    @CanIgnoreReturnValue
    public BrokerProcess ofVersion(BrokerVersion version) {
        jar = version.jar();
        return this;
    }

    /** For measurements: with the JVM's options of the container image, and before others as if these were elsewhere. */
    @CanIgnoreReturnValue
    public BrokerProcess asInTheImage() {
        prefix = beforeOthers(-10);
        options = options("256m");
        return this;
    }

    /** Begins the command of a process that does not wait for those who made it. Only root's do: otherwise it is empty. */
    public static List<String> beforeOthers(int niceness) {
        return System.getProperty("user.name").equals("root")
                ? List.of("chrt", "--other", "0", "nice", "-n", String.valueOf(niceness))
                : List.of();
    }

    /** Tests end before the better compiler would pay. */
    private static List<String> optionsForTests(String heap) {
        var options = new ArrayList<>(options(heap));
        options.add("-XX:TieredStopAtLevel=1");
        return options;
    }

    private static List<String> options(String heap) {
        var options = new ArrayList<>(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"));
        if (Files.exists(LEARNED)) {
            options.add("-XX:AOTCache=" + LEARNED);
        }
        return options;
    }

    /** What it prints. */
    public Path log() {
        return log;
    }

    public long pid() {
        return Objects.requireNonNull(process, "started").pid();
    }

    /** Starts, and returns when it is ready. */
    public BrokerProcess start() {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("It runs already, and would be forgotten");
        }
        process = launch(prefix, options, environment, jar, settings, port, log, log);
        var deadline = Instant.now().plus(PATIENCE);
        while (!isReady()) {
            if (endsWithin(Duration.ofMillis(100)) || Instant.now().isAfter(deadline)) {
                throw new IllegalStateException("The broker did not get ready; see " + log);
            }
        }
        return this;
    }

    /** It has other settings from its next start on. */
    public void reconfigure(Map<String, String> newSettings) {
        settings = write(name, completed(newSettings));
    }

    /** SIGKILL: nothing is finished, flushed or said goodbye to. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            endsWithin(PATIENCE);
        }
    }

    /** SIGTERM, not waited for. */
    public void tellToStop() {
        if (process != null) {
            process.destroy();
        }
    }

    /** Whether it has said so since its log began. */
    public boolean hasSaid(String words) {
        try {
            return Files.readString(log).contains(words);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP: it stands still, and its connections stay open. */
    public void pause() {
        signal("-STOP");
    }

    /** SIGCONT, after {@link #pause}. */
    public void goOn() {
        signal("-CONT");
    }

    private void signal(String name) {
        if (process == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, as an operator stops it. */
    @Override
    public void close() {
        if (process != null) {
            keepMetrics();
            process.destroy();
            if (!endsWithin(PATIENCE)) {
                kill();
            }
        }
    }

    private void keepMetrics() {
        var request = HttpRequest.newBuilder(management().resolve("/q/metrics"))
                .timeout(Duration.ofSeconds(1))
                .build();
        try {
            LeakCheck.keep(
                    "metrics.txt", HTTP.send(request, BodyHandlers.ofString()).body());
        } catch (IOException ended) {
            // Killed, or made to hang.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public BrokerProcess killAndStart() {
        kill();
        return start();
    }

    /** A process with these settings, not waited for; its output is appended to both files, or to one. */
    public static Process launch(Path settings, int port, Path stdout, Path stderr, String... arguments) {
        return launch(
                List.of(),
                optionsForTests("256m"),
                Map.of(),
                BrokerVersion.THIS.jar(),
                settings,
                port,
                stdout,
                stderr,
                arguments);
    }

    private static Process launch(
            List<String> prefix,
            List<String> options,
            Map<String, String> environment,
            Path jar,
            Path settings,
            int port,
            Path stdout,
            Path stderr,
            String... arguments) {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-Dquarkus.config.locations=" + settings.toUri(),
                "-Dquarkus.http.port=" + port,
                "-jar",
                jar.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        // Only what the test says may count.
        builder.environment().keySet().removeIf(name -> name.startsWith("BROKER_") || name.startsWith("QUARKUS_"));
        builder.environment().putAll(environment);
        try {
            return builder.redirectErrorStream(stdout.equals(stderr))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(stdout.toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isReady() {
        var request = HttpRequest.newBuilder(management().resolve("/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean endsWithin(Duration time) {
        try {
            return process == null || process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** An operator in need may set everything to DEBUG, the libraries too: even so there must be no secret in the log. */
    private Map<String, String> completed(Map<String, String> settings) {
        var more = new HashMap<>(settings);
        more.putIfAbsent("quarkus.log.level", "DEBUG");
        more.putIfAbsent("quarkus.management.port", String.valueOf(managementPort));
        return more;
    }

    /** Where the leak check looks. */
    public static Path logs() {
        try {
            return Files.createDirectories(Path.of(System.getProperty("sandbox.logs", "target/leaks/logs")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As a file: a command line would show the secrets to everybody on the machine. */
    public static Path write(String name, Map<String, String> settings) {
        var properties = new Properties();
        properties.putAll(settings);
        try {
            var file = Files.createTempFile(name, ".properties");
            file.toFile().deleteOnExit();
            try (var writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
