package io.tokenbroker.start;

import io.tokenbroker.account.AccountView;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.tenant.MicrosoftGraph;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One way to the provider and back. Most are for signing in: FusionAuth redeems the code for a refresh token, and calls
 * userinfo with the access token that comes along. At Entra userinfo is Graph's, which takes no other resource's tokens;
 * so consent to another resource has a leg of its own, whose code nobody redeems.
 *
 * @param account the account to authorize again, or to consent for; empty for a new one
 * @param consentTo what the person is asked to consent to, where that is all the leg is for; else empty
 */
record Leg(Optional<AccountView> account, List<String> consentTo) {

    private static final Set<String> OPENID = Set.of("openid", "profile", "email", "offline_access");

    Leg {
        consentTo = List.copyOf(consentTo);
    }

    static Leg of(Provider provider, Optional<AccountView> account, List<String> scopes) {
        if (!provider.isEntra() || scopes.stream().allMatch(Leg::isGraphOrOpenId)) {
            return new Leg(account, List.of());
        }
        if (account.isEmpty()) {
            throw invalid(
                    "At this provider an account is connected with OpenID and Microsoft Graph scopes only. Leave other resources out; consent to them is asked later, with account_id.");
        }
        requireOneResource(scopes);
        return new Leg(account, scopes);
    }

    boolean asksConsentOnly() {
        return !consentTo.isEmpty();
    }

    /**
     * Consent is worth something only if the right person gives it, and nobody can check who did. A name of another form
     * than an address is no sign-in name, as Entra's are.
     */
    Optional<String> loginHint() {
        return account.filter(known -> asksConsentOnly())
                .map(AccountView::displayName)
                .filter(name -> name.contains("@") && name.length() <= AuthorizationRequest.LONGEST_HINT);
    }

    /** Consent is tried by one mint, which takes one resource. */
    private static void requireOneResource(List<String> scopes) {
        var wanted = scopes.stream()
                .filter(scope -> !OPENID.contains(scope.toLowerCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        if (wanted.stream().map(Leg::resourceOf).distinct().count() > 1) {
            throw invalid("The scopes belong to several resources. Ask for consent to one resource at a time.");
        }
        if (wanted.size() > 1 && wanted.stream().anyMatch(scope -> scope.endsWith("/.default"))) {
            throw invalid("A /.default scope stands for all others of its resource. Ask for it alone.");
        }
    }

    private static boolean isGraphOrOpenId(String scope) {
        var resource = resourceOf(scope);
        return resource.isEmpty() || MicrosoftGraph.is(resource);
    }

    /** What is before the last slash; a bare name has none and is OpenID's or Graph's. */
    private static String resourceOf(String scope) {
        return scope.substring(0, Math.max(0, scope.lastIndexOf('/')));
    }

    private static BrokerException invalid(String detail) {
        return new BrokerException(ProblemType.INVALID_SCOPE, detail);
    }
}
