package io.tokenbroker.exchange;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Finds the account that is meant, by its id or by its display name. */
@Singleton
class NamedAccounts {

    private final Accounts accounts;

    NamedAccounts(Accounts accounts) {
        this.accounts = accounts;
    }

    /**
     * The account's id, as the caller wrote it or as the hint finds it. May block.
     *
     * @param path the id in the path, which goes before all else
     */
    String of(Caller.Client client, Optional<String> path, ExchangeRequest request) {
        return path.or(request::audience)
                .or(() -> request.loginHint().map(hint -> hinted(client, hint)))
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.INVALID_REQUEST,
                                "Name the account: by the path /accounts/{id}/oauth2/token, or its id in audience, or login_hint."));
    }

    /** A name is looked up among the accounts of one user. */
    private String hinted(Caller.Client client, String hint) {
        var user = client.user()
                .orElseThrow(
                        () -> new BrokerException(
                                ProblemType.INVALID_REQUEST,
                                "A login_hint is looked up among the accounts of one user: send the user's access token as subject_token, or the account's id as audience."));
        var found = accounts.list(user, client.policy()::allowsProvider).stream()
                .filter(account -> account.displayName().equalsIgnoreCase(hint))
                .map(AccountView::id)
                .toList();
        if (found.size() > 1) {
            throw new BrokerException(
                    ProblemType.INVALID_TARGET,
                    "Several accounts of this user are called so. Send the id of the one you mean as audience.");
        }
        return found.stream().findFirst().orElseThrow(Accounts::notFound);
    }
}
