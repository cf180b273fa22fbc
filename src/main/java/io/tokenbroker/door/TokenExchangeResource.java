package io.tokenbroker.door;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.UserTokens;
import io.tokenbroker.door.TokenExchangeResource.TokenExchange.ExchangeAnswer;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.AccessToken.Minted;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.Secret.RevealedSecret;
import io.tokenbroker.settings.BrokerSettings;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

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
        return exchange.exchange(client, Origin.of(request), account, Parameters.ofForm(request));
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

    /** Authorization server metadata (RFC 8414 §2). */
    @Path("/.well-known/oauth-authorization-server")
    static class MetadataResource {

        private final Optional<URI> publicUrl;

        MetadataResource(BrokerSettings settings) {
            this.publicUrl = settings.publicUrl();
        }

        @GET
        @PermitAll
        public Map<String, Object> read(@Context UriInfo uri) {
            var broker = publicUrl.orElseGet(uri::getBaseUri).toString().replaceFirst("/+$", "");
            return Map.of(
                    "issuer", broker,
                    "token_endpoint", broker + "/oauth2/token",
                    "grant_types_supported", List.of(ExchangeRequest.GRANT),
                    "response_types_supported", List.of(),
                    "token_endpoint_auth_methods_supported", List.of("client_secret_basic", "client_secret_post"));
        }
    }

    /** Reads an exchange, finds its user, account and resource, and mints. */
    @Singleton
    static class TokenExchange {

        private final UserTokens tokens;
        private final NamedAccounts accounts;
        private final Providers providers;
        private final Mints mints;
        private final Clock clock;

        TokenExchange(UserTokens tokens, NamedAccounts accounts, Providers providers, Mints mints, Clock clock) {
            this.tokens = tokens;
            this.accounts = accounts;
            this.providers = providers;
            this.mints = mints;
            this.clock = clock;
        }

        /**
         * The rate comes first: what is read and looked up here costs more than a mint from the cache.
         *
         * @param path the account's id in the path, if it is there
         */
        CompletionStage<ExchangeAnswer> exchange(
                Caller.Client client, Origin origin, Optional<String> path, Parameters form) {
            var admission = mints.admit(client, origin);
            return admission
                    .lookUp(() -> understood(client, path, form))
                    .thenCompose(wanted -> admission
                            .mint(wanted.client(), wanted.account(), wanted.request())
                            .thenApply(minted -> ExchangeAnswer.of(wanted.account(), minted, clock.instant())));
        }

        private Exchange understood(Caller.Client client, Optional<String> path, Parameters form) {
            requireSameClient(client, form);
            var request = ExchangeRequest.of(form);
            var caller = form.one("subject_token")
                    .map(token -> client.onBehalfOf(subject(token)))
                    .orElse(client);
            var account = accounts.find(caller, path, request);
            var target = ofOneResource(caller, account.id(), request.withoutNames(account.by()));
            return new Exchange(caller, account.id(), target.mint());
        }

        /** Some send the name beside another proof of it, and then it must be the same (RFC 6749 §2.3). */
        private static void requireSameClient(Caller.Client client, Parameters form) {
            if (form.one("client_id")
                    .filter(name -> !name.equals(client.name()))
                    .isPresent()) {
                throw BrokerException.invalidField("client_id", "is another client's than the Authorization header's");
            }
        }

        /** RFC 8693 §2.2.2: a subject token that is not acceptable is an invalid request. */
        private Caller.User subject(String token) {
            return tokens.user(token)
                    .orElseThrow(() -> BrokerException.invalidField(
                            "subject_token", "is not a current FusionAuth access token of a user of this application"));
        }

        /** Where resource and scope are given, both must mean the same; the scope says more. */
        private ExchangeRequest ofOneResource(Caller.Client client, String account, ExchangeRequest request) {
            if (request.resource().isEmpty() || request.scopes().isEmpty()) {
                return request;
            }
            // Of a provider outside its policy the client learns nothing, not even this; the mint refuses.
            var provider = AccountId.parse(account)
                    .map(AccountId::providerId)
                    .filter(client.policy()::allowsProvider)
                    .flatMap(providers::find);
            if (provider.isEmpty()) {
                return request;
            }
            var named = Scopes.resourceOf(provider.get(), request.scopes());
            if (named.filter(resource ->
                            !ExchangeRequest.isSame(resource, request.resource().get()))
                    .isPresent()) {
                throw new BrokerException(
                        ProblemType.INVALID_TARGET,
                        "The scope is of another resource than resource. Leave one of them out.");
            }
            return named.isEmpty() ? request.withoutScopes() : request;
        }

        /** An exchange that is understood: a mint. */
        private record Exchange(Caller.Client client, String account, MintRequest request) {}

        /** The answer to an exchange (RFC 8693 §2.2.1). A refresh token is never in it. */
        @JsonInclude(JsonInclude.Include.NON_NULL)
        record ExchangeAnswer(
                @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
                String issuedTokenType,
                String tokenType,
                long expiresIn,
                @Nullable String scope,
                String accountId) {

            static ExchangeAnswer of(String accountId, Minted minted, Instant now) {
                var token = minted.token();
                return new ExchangeAnswer(
                        token.value(),
                        ExchangeRequest.ACCESS_TOKEN,
                        "Bearer",
                        token.expiresIn(now),
                        token.scope().orElse(null),
                        accountId);
            }
        }
    }
}
