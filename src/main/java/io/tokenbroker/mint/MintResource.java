package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.policy.RateFields;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/accounts")
@Tag(name = "Minting")
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
    @Operation(
            operationId = "mintToken",
            summary = "Get a fresh access token of a linked account",
            description =
                    "From the cache if it holds one that is valid long enough, else by a refresh at the account's tenant.")
    public CompletionStage<TokenAnswer> mint(
            @Parameter(description = "The account's id.") @PathParam("id") String id,
            @RequestBody(required = false, description = "Every field is optional, and so is the body.") @Nullable
                    MintRequest body,
            RoutingContext http) {
        var request = Optional.ofNullable(body).orElse(MintRequest.DEFAULT);
        var client = (Caller.Client) Caller.of(identity);
        RateFields.announce(http, client.policy());
        return mints.mint(client, id, request).thenApply(minted -> TokenAnswer.of(id, minted, clock.instant()));
    }
}
