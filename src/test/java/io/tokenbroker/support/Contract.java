package io.tokenbroker.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The openapi.yaml at the root, as tests read it. */
public final class Contract {

    public static final Path FILE = Path.of("openapi.yaml");

    private static final JsonNode DOCUMENT = read();
    private static final List<Operation> OPERATIONS = DOCUMENT.path("paths").properties().stream()
            .flatMap(path -> path.getValue().properties().stream()
                    .map(operation -> new Operation(
                            operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue())))
            .toList();

    private Contract() {}

    public static JsonNode document() {
        return DOCUMENT;
    }

    public static List<Operation> operations() {
        return OPERATIONS;
    }

    /** The ids of the operations by which a client gets a token, or hears whether it would. */
    public static Set<String> minting() {
        return OPERATIONS.stream()
                .filter(operation -> operation.isTagged("Minting")
                        && operation.described().path("security").findValue("client_key") != null)
                .map(Operation::id)
                .collect(Collectors.toSet());
    }

    /** The operation that answers this request; HEAD is answered as GET is. */
    public static Optional<Operation> operation(String method, String path) {
        var described = method.equals("HEAD") ? "GET" : method;
        return OPERATIONS.stream()
                .filter(operation -> operation.method().equals(described) && operation.isAt(path))
                .findFirst();
    }

    /** What a reference stands for; anything else stands for itself. */
    static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static JsonNode read() {
        try {
            return new YAMLMapper().readTree(Files.readAllBytes(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param path with {@code {id}} for an account's id */
    public record Operation(String method, String path, JsonNode described) {

        public String id() {
            return described.path("operationId").asText();
        }

        /** The answer with this status, if it is described. */
        public Optional<JsonNode> answer(String status) {
            var answer = described.path("responses").path(status);
            return answer.isMissingNode() ? Optional.empty() : Optional.of(resolved(answer));
        }

        private boolean isTagged(String tag) {
            return described
                    .path("tags")
                    .valueStream()
                    .anyMatch(found -> found.asText().equals(tag));
        }

        boolean isAt(String sent) {
            var template = Pattern.quote(path).replace("{id}", "\\E[^/]+\\Q");
            return Pattern.matches(template + "/?", sent);
        }
    }
}
