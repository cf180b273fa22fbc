package io.tokenbroker.ops;

import java.util.Set;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** The header fields that tell a client with a limited rate what is left of it. */
final class RateContract {

    /** What is refused before it is known to be a mint. */
    private static final Set<String> EARLIER = Set.of("401", "406", "413", "415");

    private RateContract() {}

    static void complete(Operation operation) {
        operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(answer -> !EARLIER.contains(answer.getKey()))
                .forEach(answer -> describe(answer.getValue()));
    }

    private static void describe(APIResponse answer) {
        answer.addHeader(
                        "RateLimit-Policy",
                        OpenApiContract.header(
                                "The client's limit, if it has one: q mints in w seconds (draft-ietf-httpapi-ratelimit-headers)."))
                .addHeader(
                        "RateLimit",
                        OpenApiContract.header("What is left of it: r mints now, and one more after t seconds."));
    }
}
