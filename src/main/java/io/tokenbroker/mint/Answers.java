package io.tokenbroker.mint;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.problem.Reauthorize;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a tenant's refusal means to a back end: who must act, and how. */
final class Answers {

    private static final Duration SOON = Duration.ofSeconds(10);

    private Answers() {}

    static BrokerException unusable(Optional<String> why) {
        return new BrokerException(
                ProblemType.PROVIDER_MISCONFIGURED,
                "The account's provider cannot be used: %s. The operator must change that; the account is not lost."
                        .formatted(why.orElse("FusionAuth does not list it")));
    }

    static BrokerException noRefreshToken(AccountId id) {
        return new BrokerException(
                        ProblemType.NO_REFRESH_TOKEN,
                        "FusionAuth holds no refresh token for this account: a sign-in without offline_access has cleared it, or the provider gave none. "
                                + "The person must authorize it again; the operator should keep the identity provider for linking only.")
                .withReauthorize(new Reauthorize(id.toString(), id.providerId().toString(), null, List.of()));
    }

    static BrokerException refused(Wanted wanted, Refused refused) {
        var id = wanted.account();
        var scopes = scopesToAsk(wanted.provider(), wanted.target(), refused.refusal());
        return switch (refused.refusal()) {
            case REAUTHORIZATION_REQUIRED ->
                helpedByPerson(
                        id,
                        scopes,
                        refused,
                        ProblemType.REAUTHORIZATION_REQUIRED,
                        "The tenant does not accept the account's refresh token any more (%s). The person must authorize the account again."
                                .formatted(refused.reason()));
            case CONSENT_REQUIRED ->
                helpedByPerson(
                        id,
                        scopes,
                        refused,
                        ProblemType.CONSENT_REQUIRED,
                        "The person, or their administrator, has not consented to this resource. The account works for others.");
            case INTERACTION_REQUIRED ->
                helpedByPerson(
                        id,
                        scopes,
                        refused,
                        ProblemType.INTERACTION_REQUIRED,
                        "The tenant wants the person to sign in with more than before, such as a second factor, for this resource.");
            case BLOCKED_BY_POLICY ->
                helpedByPerson(
                        id,
                        scopes,
                        refused,
                        ProblemType.BLOCKED_BY_POLICY,
                        "A policy of the tenant blocks this, such as for the broker's address or a missing device. "
                                + "The tenant's administrator must act; signing in again may not help.");
            case ACCOUNT_DISABLED ->
                helpedByNobodyHere(
                        refused,
                        ProblemType.ACCOUNT_DISABLED,
                        "The account is disabled, locked or not allowed in its tenant. The tenant's administrator must act.");
            case INVALID_SCOPE ->
                helpedByNobodyHere(
                        refused, ProblemType.INVALID_SCOPE, "The tenant does not accept these scopes. Ask for others.");
            case INVALID_TARGET ->
                helpedByNobodyHere(
                        refused,
                        ProblemType.INVALID_TARGET,
                        "The resource does not exist in the account's tenant, or the application may not ask for it.");
            case MISCONFIGURED_FOR_RESOURCE ->
                helpedByNobodyHere(
                        refused,
                        ProblemType.PROVIDER_MISCONFIGURED,
                        "The tenant refuses what the application asks for here: its permissions or its registration there do not fit. "
                                + "The operator must mend the registration; other resources may work, and no account is lost.");
            case MISCONFIGURED ->
                helpedByNobodyHere(
                        refused,
                        ProblemType.PROVIDER_MISCONFIGURED,
                        "The tenant refuses the application itself: its client id, secret, redirect type or tenant. "
                                + "The operator must mend the identity provider in FusionAuth; no account is lost.");
            case NOT_UNDERSTOOD ->
                helpedByNobodyHere(
                        refused,
                        ProblemType.UPSTREAM_ERROR,
                        "The tenant gave an answer that the broker cannot use. No account is lost; the operator should look into it.");
        };
    }

    static BrokerException unavailable(Unavailable unavailable) {
        var problem = switch (unavailable.outage()) {
            case TIMED_OUT ->
                new BrokerException(
                        ProblemType.UPSTREAM_TIMEOUT,
                        "The tenant did not answer in time and no valid token is cached. Try again; no account is lost.");
            case THROTTLED -> away("The tenant is throttling and no valid token is cached.", unavailable);
            case ASKED_TOO_OFTEN ->
                away(
                        "The tenant was asked for this account and these scopes too often, and no valid token is cached.",
                        unavailable);
            case FAILING -> away("The tenant is failing and no valid token is cached.", unavailable);
            case UNREACHABLE -> away("The tenant cannot be reached and no valid token is cached.", unavailable);
            case CROWDED -> away("Too many wait for the tenant already, and no valid token is cached.", unavailable);
            case BROKEN_OFF -> away("The tenant broke the connection off and no valid token is cached.", unavailable);
        };
        return problem.withUpstream(unavailable.upstream());
    }

    static BrokerException busy(Duration left) {
        var seconds = Math.max(1, left.plusMillis(999).toSeconds());
        return new BrokerException(
                        ProblemType.PROVIDER_UNAVAILABLE,
                        "The tenant is being asked for this account already, and does not answer soon. Try again in %d seconds; no account is lost."
                                .formatted(seconds))
                .withRetryAfter(Duration.ofSeconds(seconds));
    }

    static BrokerException storeAway() {
        return new BrokerException(
                        ProblemType.STORE_UNAVAILABLE,
                        "The broker's store is not available, and without it the account's refresh token may not be used: nobody could keep the next one. "
                                + "Try again soon; the broker's operator should look at broker.store.url and the readiness report. No account is lost.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    private static BrokerException away(String what, Unavailable unavailable) {
        var seconds = Math.max(1, unavailable.retryAfter().orElse(SOON).toSeconds());
        return new BrokerException(
                        ProblemType.PROVIDER_UNAVAILABLE,
                        what + " Try again in %d seconds; no account is lost.".formatted(seconds))
                .withRetryAfter(Duration.ofSeconds(seconds));
    }

    /**
     * Consent says what it is for. Everything else takes a real sign-in, which start makes only of scopes that FusionAuth
     * can complete with: at Entra none, for there a refresh token buys tokens of every resource; elsewhere the same as now,
     * for the next refresh token is worth no more than what was asked with it (RFC 6749 §6).
     */
    private static List<String> scopesToAsk(Provider provider, Target target, Refusal refusal) {
        return provider.isEntra() && refusal != Refusal.CONSENT_REQUIRED ? List.of() : target.scopes();
    }

    private static BrokerException helpedByPerson(
            AccountId id, List<String> scopes, Refused refused, ProblemType type, String detail) {
        return helpedByNobodyHere(refused, type, detail)
                .withReauthorize(new Reauthorize(
                        id.toString(),
                        id.providerId().toString(),
                        refused.claims().orElse(null),
                        scopes));
    }

    private static BrokerException helpedByNobodyHere(Refused refused, ProblemType type, String detail) {
        return new BrokerException(type, detail).withUpstream(refused.upstream());
    }
}
