package io.tokenbroker.mint;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.BrokerException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Several mints at once. Each is read on its own, so that one that is malformed is refused alone.
 *
 * @param requests 1 to 100 objects
 */
@Schema(name = "BatchRequest")
record BatchRequest(
        @Schema(
                type = SchemaType.ARRAY,
                implementation = BatchItemRequest.class,
                required = true,
                description = "What to mint.",
                minItems = 1,
                maxItems = MOST)
        List<JsonNode> requests) {

    static final int MOST = 100;

    BatchRequest {
        if (requests == null || requests.isEmpty() || requests.size() > MOST) {
            throw BrokerException.invalidField("requests", "must be a list of 1 to %d mints".formatted(MOST));
        }
        requests = List.copyOf(requests);
    }

    /** One of them: the body of a mint, and the account. */
    @Schema(name = "BatchItemRequest")
    record BatchItemRequest(
            @Schema(required = true, description = "The account's id.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
            String accountId,

            @Schema(description = "As in MintRequest.", examples = "https://management.azure.com") @Nullable
            String resource,

            @Schema(description = "As in MintRequest.", examples = "[\"https://graph.microsoft.com/User.Read\"]")
            @Nullable
            List<String> scopes,

            @Schema(description = "As in MintRequest.", examples = "a11ce000-0000-4000-8000-000000000001") @Nullable
            String userId,

            @Schema(description = "As in MintRequest.", defaultValue = "300", minimum = "0", maximum = "86400")
            @Nullable
            Integer minValidity,

            @Schema(description = "As in MintRequest.", defaultValue = "false") @Nullable
            Boolean forceRefresh,

            @Schema(
                    description = "As in MintRequest.",
                    examples = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1700000000\"}}}")
            @Nullable
            String claims) {

        BatchItemRequest {
            if (accountId == null) {
                throw BrokerException.invalidField("account_id", "is required");
            }
        }

        MintRequest mint() {
            return new MintRequest(resource, scopes, userId, minValidity, forceRefresh, claims);
        }
    }
}
