package io.tokenbroker.managedidentity;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

@Path("/accounts")
class AccountManagedIdentityResource {

    private final IdentityTokens tokens;
    private final SecurityIdentity identity;

    AccountManagedIdentityResource(IdentityTokens tokens, SecurityIdentity identity) {
        this.tokens = tokens;
        this.identity = identity;
    }

    @GET
    @Path("/{id}/msi/token")
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<TokenResponse> token(@PathParam("id") String id, @Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        var query = TokenQuery.of(Optional.of(id), Parameters.ofQuery(request));
        return tokens.token(client, query);
    }
}
