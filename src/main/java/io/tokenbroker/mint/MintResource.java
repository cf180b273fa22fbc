package io.tokenbroker.mint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.MintRequest.BatchItemRequest;
import io.tokenbroker.mint.Mints.Admission;
import io.tokenbroker.mint.Mints.TokenAnswer;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ErrorShape.Problem;
import io.tokenbroker.problem.Parameters.Body;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

@Path("/accounts")
class MintResource {

    private final Mints mints;
    private final SecurityIdentity identity;
    private final Clock clock;

    MintResource(Mints mints, SecurityIdentity identity, Clock clock) {
        this.mints = mints;
        this.identity = identity;
        this.clock = clock;
    }

    @POST
    @Path("/{id}/token")
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<TokenAnswer> mint(
            @PathParam("id") String id, @Nullable MintRequest body, RoutingContext http) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(http);
        var admission = mints.admit(client, Origin.of(http));
        return CachedMints.begun(http, client)
                .map(admission::finish)
                .orElseGet(() -> admission.mint(client, id, body == null ? MintRequest.DEFAULT : body))
                .thenApply(minted -> TokenAnswer.of(id, minted, clock.instant()));
    }

    /** Several mints in one call, some at a time; each that the rate lets pass ends on its own, as if it had been asked for alone. */
    @Path("/tokens")
    static class BatchResource {

        /** Mints of one provider at a time: a batch leaves room at it for others, and a provider that hangs delays only its own. */
        private static final int AT_ONCE = 16;

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
        @RunOnVirtualThread
        @RolesAllowed(Caller.CLIENT)
        public BatchAnswer mint(@Nullable BatchRequest body, RoutingContext request) {
            var client = (Caller.Client) Caller.of(identity);
            var requestId = RequestId.of(request);
            client.policy().rate().announce(request);
            var items = Body.required(body).requests();
            var admitted = mints.admit(client, Origin.of(request), items.size());
            var places = new ConcurrentHashMap<Optional<UUID>, Semaphore>();
            var minted = items.stream()
                    .limit(admitted.mints().count())
                    .gather(Gatherers.mapConcurrent(
                            BatchRequest.MOST,
                            item -> result(client, admitted.admission().get(), item, requestId, places)));
            var refused = admitted.mints().refusal().stream()
                    .map(refusal -> new Result(null, ProblemMappers.problem(refusal, requestId)))
                    .flatMap(result ->
                            Collections.nCopies(items.size() - admitted.mints().count(), result).stream());
            return new BatchAnswer(Stream.concat(minted, refused).toList());
        }

        private Result result(
                Caller.Client client,
                Admission admission,
                JsonNode item,
                String requestId,
                Map<Optional<UUID>, Semaphore> places) {
            try {
                var asked = Body.required(json.treeToValue(item, BatchItemRequest.class));
                var provider = AccountId.parse(asked.accountId()).map(AccountId::providerId);
                var place = places.computeIfAbsent(provider, first -> new Semaphore(AT_ONCE));
                place.acquireUninterruptibly();
                try {
                    var minted = admission
                            .mint(client, asked.accountId(), asked.mint())
                            .toCompletableFuture()
                            .join();
                    return new Result(TokenAnswer.of(asked.accountId(), minted, clock.instant()), null);
                } finally {
                    place.release();
                }
            } catch (RuntimeException | JsonProcessingException refused) {
                var problem = ProblemMappers.problem(refused, requestId);
                admission.refused(problem.code());
                return new Result(null, problem);
            }
        }

        /** How several mints ended, in the order in which they were asked for. */
        record BatchAnswer(List<Result> results) {}

        @JsonInclude(JsonInclude.Include.NON_NULL)
        record Result(@Nullable TokenAnswer token, @Nullable Problem problem) {}

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
        }
    }
}
