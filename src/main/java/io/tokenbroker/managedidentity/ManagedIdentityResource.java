package io.tokenbroker.managedidentity;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

@Path("/msi/token")
class ManagedIdentityResource {

    private final IdentityTokens tokens;
    private final SecurityIdentity identity;

    ManagedIdentityResource(IdentityTokens tokens, SecurityIdentity identity) {
        this.tokens = tokens;
        this.identity = identity;
    }

    @GET
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<TokenResponse> token(@Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        var query = TokenQuery.of(Optional.empty(), Parameters.ofQuery(request));
        return tokens.token(client, query);
    }
}
