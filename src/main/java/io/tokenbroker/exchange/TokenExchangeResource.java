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
    public CompletionStage<ExchangeAnswer> exchange(RoutingContext request) {
        return exchange(Optional.empty(), request);
    }

    private CompletionStage<ExchangeAnswer> exchange(Optional<String> account, RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        return exchange.exchange(client, account, Parameters.ofForm(request));
    }

    /** The same for the account in the path. */
    @Path("/accounts")
    static class OfAccount {

        private final TokenExchangeResource door;

        OfAccount(TokenExchangeResource door) {
            this.door = door;
        }

        @POST
        @Path("/{id}/oauth2/token")
        @NonBlocking
        @RolesAllowed(Caller.CLIENT)
        public CompletionStage<ExchangeAnswer> exchange(@PathParam("id") String id, RoutingContext request) {
            return door.exchange(Optional.of(id), request);
        }
    }
}
