package io.tokenbroker.mint;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.problem.BrokerException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several mints at once. Each is read on its own, so that one that is malformed is refused alone.
 *
 * @param requests 1 to 100 objects
 */
record BatchRequest(List<JsonNode> requests) {

    static final int MOST = 100;

    BatchRequest {
        if (requests == null || requests.isEmpty() || requests.size() > MOST) {
            throw BrokerException.invalidField("requests", "must be a list of 1 to %d mints".formatted(MOST));
        }
        requests = List.copyOf(requests);
    }

    /** One of them: the body of a mint, and the account. */
    record BatchItemRequest(
            String accountId,
            @Nullable String resource,
            @Nullable List<String> scopes,
            @Nullable String userId,
            @Nullable Integer minValidity,
            @Nullable Boolean forceRefresh,
            @Nullable String claims) {

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
