package io.tokenbroker.door;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters.Body;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.Secret.RevealedSecret;
import io.tokenbroker.settings.BrokerSettings;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
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
        var admission = mints.admit(client, Origin.of(http));
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

    /** The account of a client's azd: azd cannot name one, so the client's setting does. */
    @Singleton
    static class AzdAccounts {

        private final BrokerSettings settings;
        private final Providers providers;

        AzdAccounts(BrokerSettings settings, Providers providers) {
            this.settings = settings;
            this.providers = providers;
        }

        /**
         * The account's id. May block.
         *
         * @param tenant in which azd wants a token, if it says so
         * @throws BrokerException if none is set, or it is in another tenant
         */
        String of(Caller.Client client, Optional<String> tenant) {
            var account = Optional.ofNullable(settings.clients().get(client.name()))
                    .flatMap(BrokerSettings.Client::azdAccount)
                    .orElseThrow(() -> new BrokerException(
                            ProblemType.ACCOUNT_NOT_FOUND,
                            "No account is set for this key. The broker's operator can set one: broker.clients.%s.azd-account."
                                    .formatted(client.name())));
            if (tenant.isPresent() && isElsewhere(account, tenant.get())) {
                throw new BrokerException(
                        ProblemType.INVALID_TARGET,
                        "The account of this key is in another tenant than tenantId says. Set AZURE_TENANT_ID to the account's tenant, "
                                + "or use a key whose account is in that one.");
            }
            return account;
        }

        /** Other providers know no tenants. */
        private boolean isElsewhere(String account, String tenant) {
            return AccountId.parse(account)
                    .flatMap(id -> providers.find(id.providerId()))
                    .filter(Provider::isEntra)
                    .filter(provider -> names(provider).noneMatch(tenant::equalsIgnoreCase))
                    .isPresent();
        }

        /** A tenant's endpoint may be configured by a domain; its issuer has the GUID all the same. */
        private static Stream<String> names(Provider provider) {
            return Stream.concat(
                    provider.tokenEndpoint().entraTenant().stream(),
                    provider.issuer().stream().flatMap(issuer -> Stream.of(issuer.split("/", -1))));
        }
    }
}
