package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.UUID;

/** Reading of JSON that may lack members or hold the wrong type. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The text of a member that is present, not null and not blank. */
    static Optional<String> text(JsonNode node, String member) {
        var value = node.path(member);
        return value.isValueNode() && !value.isNull()
                ? Optional.of(value.asText()).filter(text -> !text.isBlank())
                : Optional.empty();
    }

    static Optional<UUID> uuid(JsonNode node, String member) {
        return text(node, member).flatMap(Json::uuid);
    }

    static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    /** The plain Java value: text, number, list, map. */
    static Object value(JsonNode node) {
        return MAPPER.convertValue(node, Object.class);
    }

    /**
     * FusionAuth's legacy PATCH: objects merge, {@code null} removes, anything else replaces. Returns a new object.
     */
    static ObjectNode merge(ObjectNode into, JsonNode patch) {
        var merged = into.deepCopy();
        patch.properties().forEach(member -> {
            if (member.getValue().isNull()) {
                merged.remove(member.getKey());
            } else if (member.getValue().isObject() && merged.get(member.getKey()) instanceof ObjectNode old) {
                merged.set(member.getKey(), merge(old, member.getValue()));
            } else {
                merged.set(member.getKey(), member.getValue());
            }
        });
        return merged;
    }
}
