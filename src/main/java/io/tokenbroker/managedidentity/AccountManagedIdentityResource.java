package io.tokenbroker.managedidentity;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.policy.RateFields;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
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
    @Operation(
            operationId = "getManagedIdentityTokenOfAccount",
            summary = "The same for one account, for programs that can change the endpoint only",
            description = "As GET /msi/token; the path names the account.")
    public CompletionStage<TokenResponse> token(
            @Parameter(description = "The account's id.") @PathParam("id") String id, @Context RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        RateFields.announce(request, client.policy());
        var query = TokenQuery.of(Optional.of(id), request.request().uri());
        return tokens.token(client, query);
    }
}
