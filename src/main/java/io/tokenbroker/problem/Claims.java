package io.tokenbroker.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** The {@code claims} of requests and refusals: a claims request (OpenID Connect Core §5.5), a JSON object as text. */
public final class Claims {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final int LONGEST = 8_192;

    private Claims() {}

    /** Refuses what is there and no JSON object. */
    public static void check(@Nullable String claims) {
        if (claims != null && !areUsable(claims)) {
            throw BrokerException.invalidField("claims", "must be a JSON object as text");
        }
    }

    static boolean areUsable(String claims) {
        return claims.length() <= LONGEST && isObject(claims);
    }

    private static boolean isObject(String claims) {
        try {
            return JSON.readTree(claims).isObject();
        } catch (JsonProcessingException notJson) {
            return false;
        }
    }
}
