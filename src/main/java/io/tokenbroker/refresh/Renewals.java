package io.tokenbroker.refresh;

import io.tokenbroker.link.Remembered;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Renews the refresh token of an account that no back end mints for, by the refresh of a mint. Blocks. */
@ApplicationScoped
public class Renewals {

    private final Providers providers;
    private final Refresher refresher;

    Renewals(Providers providers, Refresher refresher) {
        this.providers = providers;
        this.refresher = refresher;
    }

    /**
     * @param usedBefore what was issued before is due; a token issued since, by another replica or a mint, is as good
     * @throws BrokerException if FusionAuth cannot be asked
     */
    public Renewal renew(Remembered account, Instant usedBefore) {
        if (!account.ownerIsActive()) {
            return new Renewal.NeedsPerson(ProblemType.USER_DISABLED.code());
        }
        return providers
                .find(account.link().providerId())
                .map(provider -> renewed(provider, account, usedBefore))
                .orElseGet(() -> unusable(account));
    }

    private Renewal renewed(Provider provider, Remembered account, Instant usedBefore) {
        var spec = new TokenSpec(provider, account, Target.anyOf(provider), Optional.empty());
        try {
            var issuedSince = Acceptance.picky(token -> !token.issuedAt().isBefore(usedBefore));
            return renewal(spec, refresher.refresh(spec, issuedSince, false));
        } catch (BrokerException failed) {
            return switch (failed.type()) {
                case ACCOUNT_NOT_FOUND -> new Renewal.Gone();
                case NO_REFRESH_TOKEN, USER_DISABLED ->
                    new Renewal.NeedsPerson(failed.type().code());
                case FUSIONAUTH_UNAVAILABLE -> throw failed;
                default -> new Renewal.Failed(failed.type().code());
            };
        }
    }

    private static Renewal renewal(TokenSpec spec, RefreshResult result) {
        if (result instanceof RefreshResult.Arrived arrived) {
            return arrived.rotated() ? new Renewal.Renewed() : new Renewal.Healthy();
        }
        var code = RefusalProblems.missed(spec, result).type().code();
        return switch (result) {
            case RefreshResult.Missed(Refused why) -> refused(code, why);
            case RefreshResult.Missed(Unavailable why) ->
                new Renewal.Away(code + ", " + why.outage().name().toLowerCase(Locale.ROOT), why.retryAfter());
            case RefreshResult.Busy _ -> new Renewal.Failed(code + ", another replica is at it");
            default -> new Renewal.Failed(code);
        };
    }

    private static Renewal refused(String code, Refused why) {
        return switch (why.refusal()) {
            case REAUTHORIZATION_REQUIRED -> new Renewal.NeedsPerson(code + ", " + why.reason());
            case CONSENT_REQUIRED, INTERACTION_REQUIRED, BLOCKED_BY_POLICY, ACCOUNT_DISABLED ->
                new Renewal.NeedsPerson(code);
            case INVALID_SCOPE, INVALID_TARGET, MISCONFIGURED, MISCONFIGURED_FOR_RESOURCE, NOT_UNDERSTOOD, UNREADABLE ->
                new Renewal.Failed(code);
        };
    }

    private Renewal unusable(Remembered account) {
        var why = providers.whyUnusable(account.link().providerId()).orElse("FusionAuth does not list it");
        return new Renewal.Failed("%s, %s".formatted(ProblemType.PROVIDER_MISCONFIGURED.code(), why));
    }

    /** How the renewal of an account's refresh token ended. */
    public sealed interface Renewal {

        /** In one word: renewed, healthy, or a problem's code. */
        default String outcome() {
            return switch (this) {
                case Renewed _ -> "renewed";
                case Healthy _ -> "healthy";
                case NeedsPerson(var reason) -> code(reason);
                case Failed(var reason) -> code(reason);
                case Away(var reason, var _) -> code(reason);
                case Gone _ -> ProblemType.ACCOUNT_NOT_FOUND.code();
            };
        }

        private static String code(String reason) {
            return reason.split(",", 2)[0];
        }

        /** A newer refresh token is stored. */
        record Renewed() implements Renewal {}

        /** The refresh token was just used with success, and its provider gives no other; or another replica has renewed it. */
        record Healthy() implements Renewal {}

        /**
         * The account's person must act, or the administrator of its tenant.
         *
         * @param reason a problem's code, and more where the tenant says more
         */
        record NeedsPerson(String reason) implements Renewal {}

        /** @param reason a problem's code, and more where more is known */
        record Failed(String reason) implements Renewal {}

        /**
         * The tenant could not answer; the account is as it was.
         *
         * @param retryAfter for how long the tenant wants to be left alone, if it says so
         */
        record Away(String reason, Optional<Duration> retryAfter) implements Renewal {}

        /** It was unlinked meanwhile. */
        record Gone() implements Renewal {}
    }
}
