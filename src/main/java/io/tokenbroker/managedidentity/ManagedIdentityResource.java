package io.tokenbroker.managedidentity;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.token.AccessToken;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

@Path("/msi/token")
class ManagedIdentityResource {

    private final Mints mints;
    private final SecurityIdentity identity;
    private final Clock clock;

    ManagedIdentityResource(Mints mints, SecurityIdentity identity, Clock clock) {
        this.mints = mints;
        this.identity = identity;
        this.clock = clock;
    }

    @GET
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<TokenResponse> token(RoutingContext request) {
        return token(Optional.empty(), request);
    }

    private CompletionStage<TokenResponse> token(Optional<String> account, RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        var query = TokenQuery.of(account, Parameters.ofQuery(request));
        return mints.admit(client)
                .mintInsteadOf(query.rejection(), client, query.account(), query.mint())
                .thenApply(minted -> TokenResponse.of(query, minted.token(), clock.instant()));
    }

    /** The same for the account in the path. */
    @Path("/accounts")
    static class OfAccount {

        private final ManagedIdentityResource door;

        OfAccount(ManagedIdentityResource door) {
            this.door = door;
        }

        @GET
        @Path("/{id}/msi/token")
        @NonBlocking
        @RolesAllowed(Caller.CLIENT)
        public CompletionStage<TokenResponse> token(@PathParam("id") String id, RoutingContext request) {
            return door.token(Optional.of(id), request);
        }
    }

    /**
     * The answer, as all the SDKs can read it: everything is text, and {@code expires_in} comes before {@code expires_on}, for
     * one of them keeps the last of both.
     */
    record TokenResponse(
            @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
            String clientId,
            String expiresIn,
            String expiresOn,
            String resource,
            String tokenType) {

        static TokenResponse of(TokenQuery query, AccessToken token, Instant now) {
            return new TokenResponse(
                    token.value(),
                    query.account(),
                    String.valueOf(token.expiresIn(now)),
                    query.version().expiresOn(token.expiresAt()),
                    query.resource(),
                    "Bearer");
        }
    }
}
