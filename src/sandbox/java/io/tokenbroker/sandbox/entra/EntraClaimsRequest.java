package io.tokenbroker.sandbox.entra;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code claims} parameter, understood.
 *
 * @param contexts the authentication contexts asked for, as by a resource's challenge
 * @param longLived whether the client says it can handle claims challenges ({@code cp1})
 * @param policies the conditional access policies to satisfy, as by an error of the token endpoint
 */
record EntraClaimsRequest(List<String> contexts, boolean longLived, List<String> policies) {

    static final EntraClaimsRequest NONE = new EntraClaimsRequest(List.of(), false, List.of());

    private static final ObjectMapper JSON = new ObjectMapper();

    EntraClaimsRequest {
        contexts = List.copyOf(contexts);
        policies = List.copyOf(policies);
    }

    /** Every policy and context here is satisfied by a second factor. */
    boolean wantsSecondFactor() {
        return !contexts.isEmpty() || !policies.isEmpty();
    }

    /** @throws Refusal if it is not a JSON object */
    static EntraClaimsRequest parse(String text) {
        try {
            var claims = JSON.readTree(text);
            if (!claims.isObject()) {
                throw Refusal.of(90023);
            }
            var wanted = claims.path("access_token");
            return new EntraClaimsRequest(
                    values(wanted.path("acrs")),
                    values(wanted.path("xms_cc")).contains("cp1"),
                    values(wanted.path("capolids")));
        } catch (JsonProcessingException notJson) {
            throw Refusal.of(90023);
        }
    }

    private static List<String> values(JsonNode claim) {
        var values = new ArrayList<String>();
        claim.path("values").forEach(value -> values.add(value.asText()));
        if (claim.has("value")) {
            values.add(claim.path("value").asText());
        }
        return values;
    }
}
