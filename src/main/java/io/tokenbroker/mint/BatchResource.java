package io.tokenbroker.mint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.BatchRequest.BatchItemRequest;
import io.tokenbroker.problem.Body;
import io.tokenbroker.problem.Problem;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Gatherers;
import org.jspecify.annotations.Nullable;

/** Several mints in one call, some at a time; each ends on its own, as if it had been asked for alone. */
@Path("/tokens")
class BatchResource {

    /** Of one provider, so that a batch does not take all the places that it has; others do not wait for one that hangs. */
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
        var places = new ConcurrentHashMap<Optional<UUID>, Semaphore>();
        return new BatchAnswer(Body.required(body).requests().stream()
                .gather(Gatherers.mapConcurrent(BatchRequest.MOST, item -> result(client, item, requestId, places)))
                .toList());
    }

    private Result result(
            Caller.Client client, JsonNode item, String requestId, Map<Optional<UUID>, Semaphore> places) {
        try {
            var asked = Body.required(json.treeToValue(item, BatchItemRequest.class));
            var provider = AccountId.parse(asked.accountId()).map(AccountId::providerId);
            var place = places.computeIfAbsent(provider, first -> new Semaphore(AT_ONCE));
            place.acquireUninterruptibly();
            try {
                var minted = mints.admit(client)
                        .mint(client, asked.accountId(), asked.mint())
                        .toCompletableFuture()
                        .join();
                return new Result(TokenAnswer.of(asked.accountId(), minted, clock.instant()), null);
            } finally {
                place.release();
            }
        } catch (RuntimeException | JsonProcessingException refused) {
            return new Result(null, ProblemMappers.problem(refused, requestId));
        }
    }

    /** How several mints ended, in the order in which they were asked for. */
    record BatchAnswer(List<Result> results) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Result(@Nullable TokenAnswer token, @Nullable Problem problem) {}
}
