package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.support.AuditLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** After all other tests: every event that any broker told in the whole suite is one by the schema of docs/audit.md. */
class AuditSchemaIT {

    private static final String BEGINNING = "{\"time\":\"";

    @Test
    void everyEventIsAsTheSchemaSays() {
        var outcomes = new TreeSet<String>();
        var events = new TreeSet<String>();
        var count = 0;
        for (var line : lines()) {
            var event = AuditLines.valid(line);
            events.add(event.path("event").asText());
            outcomes.add(event.path("outcome").asText());
            count++;
        }

        // Else the above would say nothing.
        assertThat(count).isGreaterThan(500);
        assertThat(events).contains("link", "resolve", "reauthorize", "unlink", "mint", "renew", "read", "start");
        assertThat(outcomes).contains("refresh", "cache", "stale", "linked", "pending", "unlinked", "renewed");
    }

    private static List<String> lines() {
        var lines = new ArrayList<String>();
        try (var files = Files.walk(Path.of(System.getProperty("sandbox.leaks", "target/leaks")))) {
            files.filter(file -> file.toString().matches(".*/logs/.*\\.(log|jsonl)"))
                    .sorted()
                    .flatMap(AuditSchemaIT::events)
                    .forEach(lines::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /** Of a broker that was killed, the last line may have only its beginning. */
    private static Stream<String> events(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.contains(BEGINNING) && line.endsWith("}"))
                    .map(line -> line.substring(line.indexOf(BEGINNING)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
