package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.util.concurrent.CompletionStage;
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
        var admission = mints.admit(client);
        return CachedMints.begun(http, client)
                .map(admission::finish)
                .orElseGet(() -> admission.mint(client, id, body == null ? MintRequest.DEFAULT : body))
                .thenApply(minted -> TokenAnswer.of(id, minted, clock.instant()));
    }
}
