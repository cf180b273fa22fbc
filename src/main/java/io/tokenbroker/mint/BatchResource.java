package io.tokenbroker.mint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.BatchAnswer.Result;
import io.tokenbroker.mint.BatchRequest.BatchItemRequest;
import io.tokenbroker.policy.RateFields;
import io.tokenbroker.problem.Body;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Several mints in one call, at the same time; each ends on its own, as if it had been asked for alone. */
@Path("/tokens")
@Tag(name = "Minting")
class BatchResource {

    private final Mints mints;
    private final ObjectMapper json;
    private final SecurityIdentity identity;
    private final Clock clock;

    BatchResource(Mints mints, ObjectMapper json, SecurityIdentity identity, Clock clock) {
        this.mints = mints;
        this.json = json;
        this.identity = identity;
        this.clock = clock;
    }

    @POST
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    @Operation(
            operationId = "mintTokens",
            summary = "Get fresh access tokens of several accounts, or for several resources",
            description = "Each result is a token or a problem; the answer as a whole is 200 even if all are problems.")
    public CompletionStage<BatchAnswer> mint(@Nullable BatchRequest body, RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        var requestId = RequestId.of(request);
        RateFields.announce(request, client.policy());
        var results = Body.required(body).requests().stream()
                .map(item -> result(client, item, requestId).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(done -> new BatchAnswer(
                        results.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<Result> result(Caller.Client client, JsonNode item, String requestId) {
        return minted(client, item)
                .thenApply(Result::of)
                .exceptionally(refused -> Result.of(ProblemMappers.told(refused, requestId)));
    }

    private CompletionStage<TokenAnswer> minted(Caller.Client client, JsonNode item) {
        try {
            var asked = Body.required(json.treeToValue(item, BatchItemRequest.class));
            return mints.mint(client, asked.accountId(), asked.mint())
                    .thenApply(minted -> TokenAnswer.of(asked.accountId(), minted, clock.instant()));
        } catch (BrokerException | JsonProcessingException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }
}
