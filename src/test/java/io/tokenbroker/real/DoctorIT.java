package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code doctor} as an operator runs it: a process that looks and ends. */
class DoctorIT {

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    private record Ended(int code, String stdout, String stderr) {}

    @Test
    void besideAWorkingBrokerNothingIsAFault() throws Exception {
        try (var broker = new BrokerProcess("doctor-broker", SANDBOX.settings())) {
            broker.start();

            var ended = doctor(SANDBOX.settings());

            assertThat(ended.stdout())
                    .contains(
                            "✓ settings",
                            "✓ key: delete links",
                            "✓ store: writable",
                            "! provider: use",
                            "→ ",
                            "? ask once")
                    .contains(", 1 warnings, 0 faults")
                    .doesNotContain("✗");
            assertThat(ended.stderr()).isEmpty();
            assertThat(ended.code()).isZero();
        }
    }

    @Test
    void whereNothingWorksThereAreFindingsAndNoStackTrace() throws Exception {
        var settings = new HashMap<>(SANDBOX.settings());
        settings.put("broker.fusionauth.url", "http://localhost:1");
        settings.put("broker.store.url", "jdbc:postgresql://localhost:1/token_broker");
        settings.put("broker.authorization.pkce", "perhaps");

        var ended = doctor(settings, "--json");

        var report = new ObjectMapper().readTree(ended.stdout());
        assertThat(report.path("fault").asInt()).isEqualTo(3);
        assertThat(report.path("findings").findValuesAsText("check")).contains("settings", "FusionAuth", "store");
        assertThat(ended.stderr()).isEmpty();
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void anArgumentThatIsNoneIsSaid() throws Exception {
        var ended = doctor(SANDBOX.settings(), "--cure");

        assertThat(ended.stderr()).startsWith("doctor: unknown argument: --cure. Usage: ");
        assertThat(ended.code()).isEqualTo(2);

        var help = doctor(SANDBOX.settings(), "--help");
        assertThat(help.stdout()).startsWith("Usage: doctor");
        assertThat(help.code()).isZero();
    }

    private static Ended doctor(Map<String, String> settings, String... options)
            throws IOException, InterruptedException {
        var logs = Files.createTempDirectory(BrokerProcess.logs(), "doctor-");
        var stdout = logs.resolve("stdout.log");
        var stderr = logs.resolve("stderr.log");
        var arguments = new String[options.length + 1];
        arguments[0] = "doctor";
        System.arraycopy(options, 0, arguments, 1, options.length);
        var process = BrokerProcess.launch(BrokerProcess.write("doctor", settings), 0, stdout, stderr, arguments);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("It does not end; see " + logs);
        }
        return new Ended(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
    }
}
