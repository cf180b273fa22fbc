package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Optional;

/**
 * Renews refresh tokens that nobody mints with, by the refresh of a mint: what it keeps of the answer is the renewal.
 * Blocks.
 */
@ApplicationScoped
public class Renewals {

    private final Providers providers;
    private final RememberedLinks links;
    private final RefreshTokens refreshTokens;
    private final Refresher refresher;

    Renewals(Providers providers, RememberedLinks links, RefreshTokens refreshTokens, Refresher refresher) {
        this.providers = providers;
        this.links = links;
        this.refreshTokens = refreshTokens;
        this.refresher = refresher;
    }

    /**
     * What is known of the account without asking its tenant; empty if its token should be renewed.
     *
     * @throws BrokerException if FusionAuth has not told the providers yet
     */
    public Optional<Renewal> known(Link link) {
        if (link.token().isEmpty()) {
            return Optional.of(new Renewal.NeedsPerson(ProblemType.NO_REFRESH_TOKEN.code()));
        }
        if (providers.find(link.providerId()).isEmpty()) {
            return Optional.of(unusable(link));
        }
        return refreshTokens.isDue(link) ? Optional.empty() : Optional.of(new Renewal.Healthy());
    }

    /**
     * Renews the account's token if it still should be.
     *
     * @throws BrokerException if FusionAuth cannot be asked; a token it did not take is stored by the next try
     */
    public Renewal renew(Link listed) {
        return links.read(AccountId.of(listed))
                .filter(now -> now.link().userId().equals(listed.userId()))
                .map(now -> known(now.link()).orElseGet(() -> refreshed(now)))
                .orElseGet(Renewal.Gone::new);
    }

    private Renewal refreshed(Remembered remembered) {
        var provider = providers.find(remembered.link().providerId());
        return provider.map(known -> refreshed(known, remembered)).orElseGet(() -> unusable(remembered.link()));
    }

    private Renewal refreshed(Provider provider, Remembered remembered) {
        var wanted = new Wanted(provider, remembered, Target.anyOf(provider), Optional.empty());
        try {
            return switch (refresher.refresh(wanted)) {
                case Landing.Arrived(var minted, var rotated) -> rotated ? stored(wanted) : new Renewal.Healthy();
                case Landing.Missed(Refused why) -> refused(why);
                case Landing.Missed(Unavailable why) ->
                    new Renewal.Away(
                            Answers.unavailable(why).type().code() + ", " + word(why.outage()), why.retryAfter());
            };
        } catch (BrokerException failed) {
            return switch (failed.type()) {
                case ACCOUNT_NOT_FOUND -> new Renewal.Gone();
                case NO_REFRESH_TOKEN -> new Renewal.NeedsPerson(failed.type().code());
                case FUSIONAUTH_UNAVAILABLE -> throw failed;
                default -> new Renewal.Failed(failed.type().code());
            };
        }
    }

    /** A token that stays good is not held up where the newer one could not be stored: so look. */
    private Renewal stored(Wanted wanted) {
        return links.read(wanted.account())
                .<Renewal>map(now -> refreshTokens.isDue(now.link())
                        ? new Renewal.Failed(ProblemType.FUSIONAUTH_UNAVAILABLE.code() + ", the old token is kept")
                        : new Renewal.Renewed())
                .orElseGet(Renewal.Gone::new);
    }

    private static Renewal refused(Refused why) {
        return switch (why.refusal()) {
            case REAUTHORIZATION_REQUIRED -> new Renewal.NeedsPerson(word(why.refusal()) + ", " + why.reason());
            case CONSENT_REQUIRED, INTERACTION_REQUIRED, BLOCKED_BY_POLICY, ACCOUNT_DISABLED ->
                new Renewal.NeedsPerson(word(why.refusal()));
            case INVALID_SCOPE, INVALID_TARGET -> new Renewal.Failed(word(why.refusal()));
            case MISCONFIGURED, MISCONFIGURED_FOR_RESOURCE ->
                new Renewal.Failed(ProblemType.PROVIDER_MISCONFIGURED.code());
            case NOT_UNDERSTOOD -> new Renewal.Failed(ProblemType.UPSTREAM_ERROR.code());
        };
    }

    private Renewal unusable(Link link) {
        var why = providers.whyUnusable(link.providerId()).orElse("FusionAuth does not list it");
        return new Renewal.Failed("%s, %s".formatted(ProblemType.PROVIDER_MISCONFIGURED.code(), why));
    }

    private static String word(Enum<?> outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }
}
