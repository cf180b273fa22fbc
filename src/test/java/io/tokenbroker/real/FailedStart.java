package io.tokenbroker.real;

import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How a start ended that was meant to fail. */
record FailedStart(int code, List<String> stdout, List<String> stderr) {

    private static final long PATIENCE_SECONDS = 60;

    FailedStart {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }

    /** @throws IllegalStateException if it goes on running */
    static FailedStart of(Map<String, String> settings, int port) {
        try {
            var folder = Files.createTempDirectory(BrokerProcess.logs(), "start-up-");
            var log = folder.resolve("stdout.log");
            var errors = folder.resolve("stderr.log");
            var complete = new HashMap<>(settings);
            complete.putIfAbsent("quarkus.management.port", String.valueOf(FreePort.any()));
            var process = BrokerProcess.launch(BrokerProcess.write("start-up", complete), port, log, errors);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("The broker started, or hangs; see " + log);
            }
            return new FailedStart(process.exitValue(), lines(log), lines(errors));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file);
    }
}
