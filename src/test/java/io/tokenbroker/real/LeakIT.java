package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * After all other tests: nothing that any broker logged in the whole suite holds a secret that was issued, shown or
 * handed out in it.
 */
class LeakIT {

    /** Reads any bytes, so that no file is left out for its encoding; secrets are ASCII. */
    private static final Charset ANY = StandardCharsets.ISO_8859_1;

    private static final String CANARY = "canary-Zx8vQm2LpR5tYw1KbN7cHd3F";

    private static Set<String> secrets;
    private static List<Path> logs;

    @BeforeAll
    static void read() throws IOException {
        try (var lines = Files.lines(Path.of(System.getProperty("sandbox.secrets", "target/leaks/secrets.txt")), ANY)) {
            secrets =
                    lines.filter(line -> line.length() >= SecretSearch.SHORTEST).collect(Collectors.toSet());
        }
        try (var files = Files.walk(BrokerProcess.logs())) {
            logs = files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void noLogHoldsASecret() {
        var search = new SecretSearch(secrets);

        assertThat(logs)
                .allSatisfy(log -> assertThat(leaks(search, log, read(log))).isEmpty());
    }

    @Test
    void aSecretInALogWouldBeFound() {
        var all = new HashSet<>(secrets);
        all.add(CANARY);
        var search = new SecretSearch(all);

        assertThat(logs).allSatisfy(log -> {
            var text = read(log);
            var middle = text.indexOf('\n', text.length() / 2) + 1;
            var planted = text.substring(0, middle) + "a line with " + CANARY + " in it\n" + text.substring(middle);
            assertThat(leaks(search, log, planted)).hasSize(1);
        });
    }

    /** Else the two above would say nothing. */
    @Test
    void theWholeSuiteIsLookedAt() {
        assertThat(secrets).hasSizeGreaterThan(500);
        assertThat(secrets).contains(Sandbox.DEMO_KEY);
        assertThat(secrets).as("JWTs").anyMatch(secret -> secret.matches("eyJ[^.]+\\.[^.]+\\.[^.]+"));
        assertThat(secrets)
                .as("sealed values")
                .anyMatch(secret -> secret.matches("eyJ[^.]+\\.\\.[^.]+\\.[^.]+\\.[^.]+"));
        assertThat(secrets).as("what Keycloak issued").anyMatch(secret -> secret.startsWith("kc-"));
        assertThat(logs)
                .extracting(log -> log.getFileName().toString())
                .contains("broker.log", "replica-1.log", "keycloak.log");
        assertThat(logs.stream().mapToLong(log -> read(log).lines().count()).sum())
                .isGreaterThan(200);
    }

    /** Each place, in words that do not repeat the secret. */
    private static List<String> leaks(SecretSearch search, Path log, String text) {
        return search.findIn(text).stream()
                .map(at -> "%s, line %d: %s***"
                        .formatted(
                                log,
                                text.substring(0, at).lines().count(),
                                text.substring(Math.max(text.lastIndexOf('\n', at) + 1, at - 200), at)))
                .toList();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log, ANY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
