package io.tokenbroker.complete;

import io.tokenbroker.fusionauth.CompleteApi.Completion.Interruption;
import io.tokenbroker.fusionauth.CompleteApi.Completion.Refusal;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.tokenbroker.problem.ProblemType;
import java.time.Duration;

/** Why a sign-in is not completed, as the person and the operator need to hear it. */
public final class LinkingProblems {

    private LinkingProblems() {}

    static BrokerException of(Refusal refusal) {
        return switch (refusal) {
            case CODE_NOT_REDEEMED ->
                failed(
                        "The provider did not redeem the code. Start again; if it repeats, the operator should check client secret, "
                                + "redirect URI and PKCE (broker.authorization.pkce) of this provider.");
            case USERINFO_FAILED ->
                failed(
                        "The provider's userinfo endpoint refused the token. The operator should check the provider's userinfo endpoint; "
                                + "at Entra only OpenID and Graph scopes may be asked.");
            case CLAIMS_MISSING ->
                failed(
                        "The provider did not say who signed in. The operator should check the claims of this provider in FusionAuth.");
            case NO_MATCHING_USER ->
                failed(
                        "FusionAuth links this provider by e-mail and found no verified match. The operator can choose the linking strategy "
                                + "'Create a pending link'.");
            case USER_HAS_LINK ->
                new BrokerException(
                        ProblemType.LINK_LIMIT_REACHED,
                        "FusionAuth links this provider by e-mail, which allows one account per user. The operator can choose the linking "
                                + "strategy 'Create a pending link'.");
            case LINK_LIMIT_REACHED -> linkLimitReached();
            case LINKING_DISABLED ->
                misconfigured(
                        "FusionAuth found no user to log in: the linking strategy of this provider is Disabled, or the account is linked to a user who is deactivated.");
            case PROVIDER_NOT_USABLE ->
                misconfigured("FusionAuth says that this provider is disabled or not enabled for the application.");
            case LAMBDA_FAILED ->
                misconfigured("The reconcile lambda of this provider failed. FusionAuth's event log has the reason.");
            case PROVIDER_UNREACHABLE ->
                new BrokerException(
                                ProblemType.PROVIDER_UNAVAILABLE,
                                "FusionAuth could not reach the provider. Nothing was linked; start again later.")
                        .withRetryAfter(Duration.ofSeconds(30));
            case USER_LOCKED ->
                new BrokerException(
                        ProblemType.FORBIDDEN,
                        "FusionAuth does not let this user sign in: locked or expired. An administrator must act.");
            case OTHER -> failed("FusionAuth could not complete the sign-in. Nothing was linked; start again.");
        };
    }

    static BrokerException interrupted(Interruption why) {
        var wanted = switch (why) {
            case PASSWORD_CHANGE ->
                "must change the password before the next login. An administrator of FusionAuth can lift that, or the person changes it at FusionAuth's own page";
            case SECOND_FACTOR ->
                "must give a second factor at each login, which linking has no page for. An administrator of FusionAuth can exempt this application from it, or the user";
        };
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "FusionAuth did not end the sign-in: the user %s. No account shows it; start again after that."
                        .formatted(wanted));
    }

    public static BrokerException linkLimitReached() {
        return new BrokerException(
                ProblemType.LINK_LIMIT_REACHED,
                "FusionAuth allows this user no more accounts at this provider. Unlink one, or have the operator raise the limit.");
    }

    static BrokerException declined(String error) {
        var upstream = Upstream.error(error);
        return switch (error) {
            case "access_denied", "consent_required" ->
                new BrokerException(
                                ProblemType.AUTHORIZATION_DENIED,
                                "The person, or the tenant's policy, declined at the provider. Nothing was linked; start again when they are ready.")
                        .withUpstream(upstream);
            default ->
                new BrokerException(
                                ProblemType.AUTHORIZATION_FAILED,
                                "The provider ended the sign-in with an error. Nothing was linked; start again, and ask the operator if it repeats.")
                        .withUpstream(upstream);
        };
    }

    static BrokerException mismatch() {
        return new BrokerException(
                ProblemType.IDENTITY_MISMATCH,
                "The person signed in to another account than the one to authorize again. Nothing was changed; start again and choose that account.");
    }

    static BrokerException mismatchLeft() {
        return new BrokerException(
                ProblemType.IDENTITY_MISMATCH,
                "The person signed in to another account than the one to authorize again. That one is linked now, and FusionAuth has not taken it back: list the accounts, unlink it if it is not wanted, then start again.");
    }

    static BrokerException anotherProvider() {
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "FusionAuth says that who signed in is of another provider than the one asked. Nothing was linked; the operator should look into it.");
    }

    static BrokerException linkedElsewhere() {
        return new BrokerException(
                ProblemType.LINKED_TO_ANOTHER_USER,
                "This account is linked to another user. It must be unlinked there first, or another account be chosen here.");
    }

    public static BrokerException pendingLinkExpired() {
        return new BrokerException(
                ProblemType.PENDING_LINK_EXPIRED,
                "The pending link is used up or too old. Start again: the person signs in once more.");
    }

    private static BrokerException failed(String detail) {
        return new BrokerException(ProblemType.AUTHORIZATION_FAILED, detail);
    }

    private static BrokerException misconfigured(String detail) {
        return new BrokerException(ProblemType.PROVIDER_MISCONFIGURED, detail + " The operator must change that.");
    }
}
