package io.tokenbroker.exchange;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.policy.RateFields;
import io.tokenbroker.problem.Form;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/accounts")
@Tag(name = "Minting")
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
    @Operation(
            operationId = "exchangeTokenOfAccount",
            summary = "The same for one account, for programs that can change the endpoint only",
            description = "OAuth 2.0 Token Exchange (RFC 8693). The path names the account; audience does not count.")
    public CompletionStage<ExchangeAnswer> exchange(
            @Parameter(description = "The account's id.") @PathParam("id") String id, @Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        RateFields.announce(request, client.policy());
        return exchange.exchange(client, Optional.of(id), Form.of(request));
    }
}
