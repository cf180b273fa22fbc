package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.tokenbroker.docs.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** The events that brokers have written, each held against the schema of docs/audit.md. */
public final class AuditLines {

    /** Where the search for leaks looks too. */
    public static final Path FILE = Path.of(System.getProperty("sandbox.logs", "target/leaks/logs"), "audit.jsonl");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema SCHEMA = schema();

    private AuditLines() {}

    /** Those that this file has now, behind so many. */
    public static List<JsonNode> behind(int known) {
        try {
            return Files.exists(FILE)
                    ? Files.readAllLines(FILE).stream()
                            .skip(known)
                            .map(AuditLines::valid)
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The only such event behind so many, once it is there. */
    public static JsonNode only(int known, Predicate<JsonNode> such) {
        Waiting.until(() -> behind(known).stream().anyMatch(such));
        var found = behind(known).stream().filter(such).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    /** The event that is this line, which must be one. */
    public static JsonNode valid(String line) {
        try {
            var event = JSON.readTree(line);
            assertThat(SCHEMA.validate(event)).as(line).isEmpty();
            return event;
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("No event: " + line, notJson);
        }
    }

    private static Schema schema() {
        var registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .build()));
        var text = Documents.blocks(Path.of("docs/audit.md")).stream()
                .filter(block -> block.language().equals("json") && block.text().contains("\"$schema\""))
                .findFirst()
                .orElseThrow()
                .text();
        return registry.getSchema(text);
    }
}
