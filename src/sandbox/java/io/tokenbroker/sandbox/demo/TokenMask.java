package io.tokenbroker.sandbox.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Makes an answer fit to be shown: enough of the token to tell two apart, never enough to use one. */
final class TokenMask {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 12;
    private static final List<String> CLAIMS = List.of("aud", "tid", "upn", "preferred_username", "scp", "exp");

    private TokenMask() {}

    /** Replaces {@code access_token} and puts what the token says beside it, as {@code claims}. */
    static void apply(ObjectNode answer) {
        if (!answer.has("access_token")) {
            return;
        }
        var token = answer.path("access_token").asText();
        answer.put("access_token", mask(token));
        claims(token).ifPresent(claims -> answer.set("claims", claims));
    }

    /** A short token shows less, so that most of it always stays hidden. */
    private static String mask(String token) {
        var shown = Math.min(SHOWN, token.length() / 4);
        return "%s… (%d characters)".formatted(token.substring(0, shown), token.length());
    }

    private static Optional<ObjectNode> claims(String token) {
        var parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        return payload(parts[1]).map(payload -> {
            var shown = JSON.createObjectNode();
            CLAIMS.stream().filter(payload::has).forEach(name -> shown.set(name, payload.get(name)));
            return shown;
        });
    }

    private static Optional<JsonNode> payload(String encoded) {
        try {
            return Optional.of(JSON.readTree(Base64.getUrlDecoder().decode(encoded)));
        } catch (IOException | IllegalArgumentException opaque) {
            return Optional.empty();
        }
    }
}
