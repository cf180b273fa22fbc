package io.tokenbroker.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The {@code claims} of requests and refusals: a claims request (OpenID Connect Core §5.5), a JSON object as text. */
public final class ClaimsRequest {

    /** A member that is there twice would be read in one way here, and perhaps in another by the tenant. */
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .configure(JsonNodeFeature.WRITE_PROPERTIES_SORTED, true);

    private static final int LONGEST = 8_192;

    private ClaimsRequest() {}

    /** Refuses what is there and no JSON object. */
    public static void check(@Nullable String claims) {
        if (claims != null && claims.length() > LONGEST) {
            throw BrokerException.invalidField("claims", "must have %d characters at most".formatted(LONGEST));
        }
        if (claims != null && !areUsable(claims)) {
            throw BrokerException.invalidField("claims", "must be a JSON object as text");
        }
    }

    /** What was sent, unless that asks for nothing; refused as {@link #check} does. */
    public static @Nullable String asked(@Nullable String claims) {
        check(claims);
        return claims == null || read(claims).isEmpty() ? null : claims;
    }

    /** Whether a claim of this name is asked for, wherever it is to be. */
    public static boolean name(String claims, String claim) {
        return read(claims).findValue(claim) != null;
    }

    /** The same for all that ask the same, whatever their blanks and the order of their members. */
    public static String canonical(String claims) {
        try {
            return JSON.writeValueAsString(JSON.readTree(claims));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Claims that were not checked");
        }
    }

    /** One request for what both ask; of a claim that both ask for in one place, {@code preferred} says how. */
    public static String merged(String claims, String preferred) {
        var all = (ObjectNode) read(claims);
        read(preferred).properties().forEach(place -> {
            if (all.get(place.getKey()) instanceof ObjectNode known && place.getValue() instanceof ObjectNode more) {
                known.setAll(more);
            } else {
                all.set(place.getKey(), place.getValue());
            }
        });
        return all.toString();
    }

    public static boolean areUsable(String claims) {
        return claims.length() <= LONGEST && read(claims).isObject();
    }

    private static JsonNode read(String claims) {
        try {
            return JSON.readTree(claims);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }
}
