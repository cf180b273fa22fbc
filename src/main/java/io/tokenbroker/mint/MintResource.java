package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A hit is answered on the event loop; only what must ask an upstream gets a thread of its own. */
@Path("/accounts")
@Tag(name = "Minting")
class MintResource {

    private final MintService service;
    private final SecurityIdentity identity;
    private final ExecutorService threads;
    private final MintMetrics metrics;
    private final Clock clock;

    MintResource(
            MintService service,
            SecurityIdentity identity,
            @VirtualThreads ExecutorService threads,
            MintMetrics metrics,
            Clock clock) {
        this.service = service;
        this.identity = identity;
        this.threads = threads;
        this.metrics = metrics;
        this.clock = clock;
    }

    @POST
    @Path("/{id}/token")
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    @Operation(
            operationId = "mintToken",
            summary = "Get a fresh access token of a linked account",
            description =
                    "From the cache if it holds one that is valid long enough, else by a refresh at the account's tenant.")
    public CompletionStage<TokenAnswer> mint(
            @Parameter(description = "The account's id.") @PathParam("id") String id,
            @RequestBody(required = false, description = "Every field is optional, and so is the body.") @Nullable
                    MintRequest body) {
        var request = Optional.ofNullable(body).orElse(MintRequest.DEFAULT);
        var client = (Caller.Client) Caller.of(identity);
        return metrics.counted(() -> minted(client, id, request))
                .thenApply(minted -> TokenAnswer.of(id, minted, clock.instant()));
    }

    private CompletionStage<Minted> minted(Caller.Client client, String id, MintRequest request) {
        client.policy().rate().take();
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        return service.fromMemory(client, account, request)
                .map(CompletableFuture::completedStage)
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> service.mint(client, account, request), threads));
    }
}
