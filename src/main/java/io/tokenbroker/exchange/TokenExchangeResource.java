package io.tokenbroker.exchange;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

@Path("/oauth2/token")
class TokenExchangeResource {

    private final TokenExchange exchange;
    private final SecurityIdentity identity;

    TokenExchangeResource(TokenExchange exchange, SecurityIdentity identity) {
        this.exchange = exchange;
        this.identity = identity;
    }

    @POST
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<ExchangeAnswer> exchange(@Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        return exchange.exchange(client, Optional.empty(), Parameters.ofForm(request));
    }
}
