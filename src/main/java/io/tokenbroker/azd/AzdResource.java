package io.tokenbroker.azd;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.Body;
import io.tokenbroker.problem.BrokerException;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

@Path("/azd/token")
class AzdResource {

    private static final String API_VERSION = "2023-07-12-preview";

    private final AzdAccounts accounts;
    private final Mints mints;
    private final SecurityIdentity identity;

    AzdResource(AzdAccounts accounts, Mints mints, SecurityIdentity identity) {
        this.accounts = accounts;
        this.mints = mints;
        this.identity = identity;
    }

    @POST
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<AzdToken> token(
            @QueryParam("api-version") @Nullable String apiVersion, @Nullable AzdQuestion body, RoutingContext http) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(http);
        if (!API_VERSION.equals(apiVersion)) {
            throw BrokerException.invalidField("api-version", "must be " + API_VERSION);
        }
        var question = Body.required(body);
        var admission = mints.admit(client);
        return admission
                .lookUp(() -> accounts.of(client, question.tenant()))
                .thenCompose(account -> admission.mint(client, account, question.mint()))
                .thenApply(minted -> AzdToken.of(minted.token()));
    }
}
