package io.tokenbroker.door;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Providers;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Finds the account that is meant: by its id, or among those of one user by its provider, its identity and its name. */
@Singleton
class NamedAccounts {

    private final Accounts accounts;
    private final Providers providers;

    NamedAccounts(Accounts accounts, Providers providers) {
        this.accounts = accounts;
        this.providers = providers;
    }

    /**
     * The account. May block.
     *
     * @param path the id in the path, if it is there
     */
    Named find(Caller.Client client, Optional<String> path, ExchangeRequest request) {
        var ids = Stream.concat(path.stream(), request.audiences().stream().filter(AccountId::isMeant))
                .distinct()
                .toList();
        if (ids.size() > 1) {
            throw invalid("A token is for one account; the audience is another one's id.");
        }
        return ids.isEmpty() ? ofUser(client, request) : byId(client, ids.getFirst(), path.isPresent(), request);
    }

    /** An audience beside the id may be its provider's; then it has to be right. */
    private Named byId(Caller.Client client, String id, boolean isInPath, ExchangeRequest request) {
        var provider = AccountId.parse(id).map(AccountId::providerId).filter(client.policy()::allowsProvider);
        var names = request.audiences().stream()
                .filter(audience -> audience.equals(id)
                        || provider.filter(at -> isNamed(at, audience)).isPresent())
                .toList();
        if (isInPath && names.isEmpty() && !request.audiences().isEmpty()) {
            throw invalid(
                    "The path names the account: the audience may be the same account's id or its provider, or is left out. An API goes into resource or scope.");
        }
        var isHinted = request.loginHint()
                .map(hint -> called(hint, list(client, request)).stream()
                        .anyMatch(account -> account.id().equals(id)))
                .orElse(true);
        if (!isHinted) {
            throw Accounts.notFound();
        }
        return new Named(id, names);
    }

    private Named ofUser(Caller.Client client, ExchangeRequest request) {
        if (request.audiences().isEmpty() && request.loginHint().isEmpty()) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST,
                    "Name the account: by the path /accounts/{id}/oauth2/token, or by audience or login_hint.");
        }
        var own = list(client, request);
        var names = request.audiences().stream()
                .filter(audience -> own.stream().anyMatch(account -> isAt(account, audience)))
                .toList();
        if (names.isEmpty() && !request.audiences().isEmpty()) {
            throw notFound();
        }
        var there = own.stream()
                .filter(account -> names.stream().allMatch(name -> isAt(account, name)))
                .toList();
        var meant = request.loginHint().map(hint -> called(hint, there)).orElse(there);
        if (meant.size() > 1) {
            throw invalid(
                    "%d accounts of this user are meant. Choose one: by its identity or display name as login_hint, or by its id as audience."
                            .formatted(meant.size()));
        }
        return new Named(
                meant.stream().findFirst().orElseThrow(NamedAccounts::notFound).id(), names);
    }

    /** The user's accounts that exist for the client: those at other providers it does not hear of. */
    private List<AccountView> list(Caller.Client client, ExchangeRequest request) {
        var user = client.user()
                .orElseThrow(
                        () -> new BrokerException(
                                request.audiences().isEmpty()
                                        ? ProblemType.INVALID_REQUEST
                                        : ProblemType.INVALID_TARGET,
                                "Without subject_token, the user's access token, only an account's id can be the audience: providers and login_hint choose among the accounts of one user."));
        return accounts.list(user, client.policy()::allowsProvider);
    }

    private boolean isAt(AccountView account, String audience) {
        return isNamed(account.provider().id(), audience);
    }

    private boolean isNamed(UUID provider, String audience) {
        return audience.equalsIgnoreCase(provider.toString())
                || providers
                        .find(provider)
                        .filter(known -> audience.equalsIgnoreCase(known.name()))
                        .isPresent();
    }

    /** An identity is compared to the letter, unless the letters' case cannot matter. */
    private static List<AccountView> called(String hint, Collection<AccountView> accounts) {
        var exactly = accounts.stream()
                .filter(account -> hint.equals(account.providerUserId()) || hint.equals(account.displayName()))
                .toList();
        return exactly.isEmpty() && hint.contains("@")
                ? accounts.stream()
                        .filter(account -> hint.equalsIgnoreCase(account.providerUserId())
                                || hint.equalsIgnoreCase(account.displayName()))
                        .toList()
                : exactly;
    }

    private static BrokerException notFound() {
        return new BrokerException(
                ProblemType.ACCOUNT_NOT_FOUND,
                "The user has no account that audience and login_hint name, or none that this client may use. GET /accounts lists those of a user.");
    }

    private static BrokerException invalid(String detail) {
        return new BrokerException(ProblemType.INVALID_TARGET, detail);
    }

    /**
     * An account.
     *
     * @param id as the caller wrote it, or as it was found
     * @param by the audiences that name it
     */
    record Named(String id, List<String> by) {

        Named {
            by = List.copyOf(by);
        }
    }
}
