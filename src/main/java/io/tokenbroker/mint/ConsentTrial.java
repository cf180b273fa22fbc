package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.policy.RefreshTurns;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.refresh.Acceptance;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.RecentOutcomes;
import io.tokenbroker.refresh.RefusalProblems;
import io.tokenbroker.refresh.SharedRefresh;
import io.tokenbroker.refresh.TokenSpec;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.time.Time;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A mint after a consent. It reads no cache, which is from before, and keeps its token for back ends.
 * The person did not sign in: an account gets one trial in 30 s; a refused one stays refused.
 */
@ApplicationScoped
class ConsentTrial implements TrialMint {

    private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(30);

    private final Providers providers;
    private final RememberedLinks links;
    private final SharedRefresh refresh;
    private final ForcedRefresh forced;
    private final RecentOutcomes recent;
    private final RefreshTurns turns;

    ConsentTrial(
            Providers providers,
            RememberedLinks links,
            SharedRefresh refresh,
            ForcedRefresh forced,
            RecentOutcomes recent,
            RefreshTurns turns) {
        this.providers = providers;
        this.links = links;
        this.refresh = refresh;
        this.forced = forced;
        this.recent = recent;
        this.turns = turns;
    }

    @Override
    public void attempt(Link link, List<String> scopes) {
        var provider = providers
                .find(link.providerId())
                .orElseThrow(() -> RefusalProblems.unusable(providers.whyUnusable(link.providerId())));
        var target = Target.ofScopes(provider, scopes);
        var remembered = links.current(AccountId.of(link)).orElseThrow(Accounts::notFound);
        var spec = new TokenSpec(provider, Accounts.requireActive(remembered), target, Optional.empty());
        var name = "consent\n" + spec.authorization();
        var turn = turns.take(name, BETWEEN_TRIALS).orElseThrow(() -> tooEarly(turns.left(name)));
        recent.forget(spec);
        var result = forced.within(turn::giveBack, () -> refresh.of(spec, false, Acceptance.NONE));
        if (!(result instanceof RefreshResult.Arrived)) {
            throw RefusalProblems.missed(spec, result);
        }
        // The person may have agreed to more than was asked for, such as by another name of the same resource.
        recent.forget(spec.account());
    }

    private static BrokerException tooEarly(Duration left) {
        var seconds = Math.max(1, Time.wholeSeconds(left));
        return new BrokerException(
                        ProblemType.RATE_LIMITED,
                        "The tenant was asked a moment ago whether it gives a token after a consent. Send the same callback again in %d seconds."
                                .formatted(seconds))
                .withRetryAfter(Duration.ofSeconds(seconds));
    }
}
