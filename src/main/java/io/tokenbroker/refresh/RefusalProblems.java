package io.tokenbroker.refresh;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.BrokerException.Reauthorize;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.Entra.MicrosoftGraph;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.time.Time;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a tenant's refusal means to a back end: who must act, and how. */
public final class RefusalProblems {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Set<Refusal> HELPED_BY_PERSON = EnumSet.of(
            Refusal.REAUTHORIZATION_REQUIRED,
            Refusal.CONSENT_REQUIRED,
            Refusal.INTERACTION_REQUIRED,
            Refusal.BLOCKED_BY_POLICY);

    private RefusalProblems() {}

    public static BrokerException unusable(Optional<String> why) {
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

    /** How a refresh ended that brought no token. */
    public static BrokerException missed(TokenSpec spec, RefreshResult result) {
        return switch (result) {
            case RefreshResult.Missed(Refused why) -> refused(spec, why);
            case RefreshResult.Missed(Unavailable why) -> unavailable(why);
            case RefreshResult.Busy(var left) ->
                away("The tenant is being asked for this account already, and does not answer soon.", left);
            case RefreshResult.StoreAway _ ->
                new BrokerException(
                                ProblemType.STORE_UNAVAILABLE,
                                "The broker's store is not available, and without it the account's refresh token may not be used: nobody could keep the next one. "
                                        + "Try again soon; the broker's operator should look at broker.store.url and the readiness report. No account is lost.")
                        .withRetryAfter(Duration.ofSeconds(1));
            case RefreshResult.Arrived _, RefreshResult.TooEarly _ ->
                throw new IllegalArgumentException("No refresh has failed");
        };
    }

    public static BrokerException refused(TokenSpec spec, Refused refused) {
        var refusal = refused.refusal();
        var problem = new BrokerException(type(refusal), detail(spec, refused)).withUpstream(refused.upstream());
        return !HELPED_BY_PERSON.contains(refusal)
                ? problem
                : problem.withReauthorize(new Reauthorize(
                        spec.account().toString(),
                        spec.provider().id().toString(),
                        // A tenant's text that start would refuse is not for the caller to read.
                        refused.claims().filter(ClaimsRequest::areUsable).orElse(null),
                        scopesToAsk(spec, refusal)));
    }

    static ProblemType type(Refusal refusal) {
        return switch (refusal) {
            case REAUTHORIZATION_REQUIRED -> ProblemType.REAUTHORIZATION_REQUIRED;
            case CONSENT_REQUIRED -> ProblemType.CONSENT_REQUIRED;
            case INTERACTION_REQUIRED -> ProblemType.INTERACTION_REQUIRED;
            case BLOCKED_BY_POLICY -> ProblemType.BLOCKED_BY_POLICY;
            case ACCOUNT_DISABLED -> ProblemType.ACCOUNT_DISABLED;
            case INVALID_SCOPE -> ProblemType.INVALID_SCOPE;
            case INVALID_TARGET -> ProblemType.INVALID_TARGET;
            case MISCONFIGURED_FOR_RESOURCE, MISCONFIGURED -> ProblemType.PROVIDER_MISCONFIGURED;
            case NOT_UNDERSTOOD, UNREADABLE -> ProblemType.UPSTREAM_ERROR;
        };
    }

    private static String detail(TokenSpec spec, Refused refused) {
        return switch (refused.refusal()) {
            case REAUTHORIZATION_REQUIRED ->
                "The tenant does not accept the account's refresh token any more (%s). The person must authorize the account again."
                        .formatted(refused.reason());
            case CONSENT_REQUIRED ->
                "The person, or their administrator, has not consented to this resource. The account works for others.";
            case INTERACTION_REQUIRED ->
                "The tenant wants the person to sign in with more than before, such as a second factor, for this resource.";
            case BLOCKED_BY_POLICY ->
                "A policy of the tenant blocks this, such as for the broker's address or a missing device. "
                        + "The tenant's administrator must act; signing in again may not help.";
            case ACCOUNT_DISABLED ->
                "The account is disabled, locked or not allowed in its tenant. The tenant's administrator must act.";
            case INVALID_SCOPE -> "The tenant does not accept these scopes. Ask for others.";
            case INVALID_TARGET ->
                "The resource does not exist in the account's tenant, or the application may not ask for it.";
            case MISCONFIGURED_FOR_RESOURCE ->
                "The tenant refuses what the application asks for here: its permissions or its registration there do not fit. "
                        + "The operator must mend the registration; other resources may work, and no account is lost.";
            case MISCONFIGURED ->
                "The tenant refuses the application itself: its client id, secret, redirect type or tenant. "
                        + "The operator must mend the identity provider in FusionAuth; no account is lost.";
            case NOT_UNDERSTOOD -> unusable(refused) + " No account is lost; the operator should look into it.";
            case UNREADABLE ->
                spec.provider().rotation() == Rotation.REUSABLE
                        ? unusable(refused) + " No account is lost; the operator should look into it."
                        : unusable(refused)
                                + " The account's refresh token works once and may be spent now: if the next mint says reauthorization_required, the person must authorize the account again. "
                                + "Before that the operator should look into the provider's answers, or the same happens once more.";
        };
    }

    private static String unusable(Refused refused) {
        return "The tenant gave an answer that the broker cannot use (%s).".formatted(refused.reason());
    }

    static BrokerException unavailable(Unavailable unavailable) {
        var left = unavailable.retryAfter().orElse(SOON).truncatedTo(ChronoUnit.SECONDS);
        var problem = switch (unavailable.outage()) {
            case TIMED_OUT ->
                new BrokerException(
                        ProblemType.UPSTREAM_TIMEOUT,
                        "The tenant did not answer in time and no valid token is cached. Try again; no account is lost.");
            case THROTTLED -> uncached("The tenant is throttling and", left);
            case ASKED_TOO_OFTEN ->
                uncached("The tenant was asked for this account and these scopes too often, and", left);
            case FAILING -> uncached("The tenant is failing and", left);
            case UNREACHABLE -> uncached("The tenant cannot be reached and", left);
            case CROWDED -> uncached("Too many wait for the tenant already, and", left);
            case BROKEN_OFF -> uncached("The tenant broke the connection off and", left);
        };
        return problem.withUpstream(unavailable.upstream());
    }

    private static BrokerException uncached(String why, Duration left) {
        return away(why + " no valid token is cached.", left);
    }

    private static BrokerException away(String what, Duration left) {
        var seconds = Math.max(1, Time.wholeSeconds(left));
        return new BrokerException(
                        ProblemType.PROVIDER_UNAVAILABLE,
                        "%s Try again in %d seconds; no account is lost.".formatted(what, seconds))
                .withRetryAfter(Duration.ofSeconds(seconds));
    }

    /**
     * What was asked for, so that the person agrees to it too. But at Entra start makes no sign-in of another resource's
     * scopes while the account works, and a second factor or a policy takes a sign-in.
     */
    private static List<String> scopesToAsk(TokenSpec spec, Refusal refusal) {
        var isOfSignIn = refusal == Refusal.REAUTHORIZATION_REQUIRED || refusal == Refusal.CONSENT_REQUIRED;
        return isOfSignIn
                        || !spec.provider().isEntra()
                        || MicrosoftGraph.is(spec.target().resource())
                ? spec.target().scopes()
                : List.of();
    }
}
