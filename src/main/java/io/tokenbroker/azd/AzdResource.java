package io.tokenbroker.azd;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.Body;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.token.AccessToken;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    /** What azd asks for. What a newer azd may add is tolerated: it cannot be changed here. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record AzdQuestion(
            List<String> scopes,
            @JsonProperty("tenantId") @Nullable String tenantId) {

        AzdQuestion {
            if (scopes == null) {
                throw BrokerException.invalidField("scopes", "is required");
            }
        }

        MintRequest mint() {
            return MintRequest.forScopes(scopes);
        }

        Optional<String> tenant() {
            return Optional.<String>ofNullable(tenantId).filter(tenant -> !tenant.isEmpty());
        }
    }

    /** A token, as azd reads it. */
    record AzdToken(
            String status,
            @JsonSerialize(using = RevealedSecret.class) Secret token,
            @JsonProperty("expiresOn") Instant expiresOn) {

        static AzdToken of(AccessToken token) {
            return new AzdToken("success", token.value(), token.expiresAt());
        }
    }
}
