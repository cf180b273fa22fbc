package io.tokenbroker.exchange;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.UserTokens;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.provider.Scopes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reads an exchange, finds its user, account and resource, and mints. */
@Singleton
class TokenExchange {

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
    CompletionStage<ExchangeAnswer> exchange(Caller.Client client, Optional<String> path, Parameters form) {
        var admission = mints.admit(client);
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
        if (form.one("client_id").filter(name -> !name.equals(client.name())).isPresent()) {
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
}
