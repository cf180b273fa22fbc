package io.tokenbroker.exchange;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

@Path("/accounts")
class AccountExchangeResource {

    private final TokenExchange exchange;
    private final SecurityIdentity identity;

    AccountExchangeResource(TokenExchange exchange, SecurityIdentity identity) {
        this.exchange = exchange;
        this.identity = identity;
    }

    @POST
    @Path("/{id}/oauth2/token")
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<ExchangeAnswer> exchange(@PathParam("id") String id, @Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        return exchange.exchange(client, Optional.of(id), Parameters.ofForm(request));
    }
}
