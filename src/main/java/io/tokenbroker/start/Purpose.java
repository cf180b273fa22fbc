package io.tokenbroker.start;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Scopes;
import io.tokenbroker.tenant.MicrosoftGraph;
import java.util.List;
import java.util.Optional;

/**
 * Why a person is sent to the provider: to sign in (FusionAuth redeems the code), or at Entra to consent (no code is used).
 *
 * @param account the account to authorize again, or to consent for; empty for a new one
 * @param scopes what is asked for besides OpenID's
 */
record Purpose(Optional<AccountView> account, boolean asksConsentOnly, List<String> scopes) {

    Purpose {
        scopes = List.copyOf(scopes);
    }

    /** FusionAuth calls userinfo with the token of a sign-in, and Entra's userinfo takes tokens of Graph only. */
    static Purpose of(Provider provider, Optional<AccountView> account, List<String> scopes) {
        if (!provider.isEntra() || areOfGraph(provider, scopes)) {
            return new Purpose(account, false, scopes);
        }
        if (account.isEmpty()) {
            throw new BrokerException(
                    ProblemType.INVALID_SCOPE,
                    "At this provider an account is connected with OpenID and Microsoft Graph scopes only. Leave other resources out; consent to them is asked later, with account_id.");
        }
        if (!account.get().works()) {
            // Consent is of no use before a sign-in; it is asked after that.
            return new Purpose(
                    account,
                    false,
                    scopes.stream().filter(scope -> isOfGraph(provider, scope)).toList());
        }
        // Consent is tried by one mint, which takes one resource.
        var _ = Scopes.resourceOf(provider, scopes);
        return new Purpose(account, true, scopes);
    }

    /** The scopes of a consent; empty for a sign-in. */
    List<String> consentTo() {
        return asksConsentOnly ? scopes : List.of();
    }

    /**
     * The sign-in name for a consent: it counts only if the right person gives it, and the broker cannot check who did.
     * Entra's sign-in names look like addresses.
     */
    Optional<String> loginHint() {
        return account.filter(known -> asksConsentOnly)
                .map(AccountView::displayName)
                .filter(name -> name.contains("@") && name.length() <= AuthorizationRequest.LONGEST_HINT);
    }

    private static boolean areOfGraph(Provider provider, List<String> scopes) {
        return scopes.stream().allMatch(scope -> isOfGraph(provider, scope));
    }

    private static boolean isOfGraph(Provider provider, String scope) {
        return MicrosoftGraph.is(Scopes.resourceOf(provider, scope));
    }
}
