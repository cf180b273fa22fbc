package io.tokenbroker.floods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The other client, in a process of its own: what flood and stand-ins do with their processor time is not its own time. */
final class Calm implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader measured;

    Calm(World world) {
        var command = new ArrayList<>(BrokerProcess.beforeOthers(-5));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                CalmClient.class.getName()));
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        measured = process.inputReader(StandardCharsets.UTF_8);
        orders.println(written(new Task(world.broker(), World.CALM_KEY, world.calmAccounts())));
    }

    /** Mints for so long, cached and uncached. */
    Measured during(Duration length) {
        orders.println(length.toMillis());
        try {
            return JSON.readValue(measured.readLine(), Measured.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    private static String written(Task task) {
        try {
            return JSON.writeValueAsString(task);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param accounts the first is minted from the cache, the others are not */
    record Task(URI broker, String key, List<String> accounts) {}

    record Measured(Samples cached, Samples uncached) {

        List<String> failures() {
            var all = new ArrayList<>(cached.failures());
            all.addAll(uncached.failures());
            return all;
        }
    }

    /** @param failures status and body of each answer that was no token */
    record Samples(List<Double> millis, List<String> failures) {

        double p99() {
            var sorted = millis.stream().sorted().toList();
            return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * 0.99)));
        }
    }
}
