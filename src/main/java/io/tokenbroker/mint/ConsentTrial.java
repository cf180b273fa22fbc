package io.tokenbroker.mint;

import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/**
 * A mint after a person consented. It joins no flight and reads no cache, for what they hold is from before; the token it
 * gets is kept there for the back ends.
 */
@ApplicationScoped
class ConsentTrial implements TrialMint {

    private final Providers providers;
    private final RememberedLinks links;
    private final Refresher refresher;
    private final RecentOutcomes recent;

    ConsentTrial(Providers providers, RememberedLinks links, Refresher refresher, RecentOutcomes recent) {
        this.providers = providers;
        this.links = links;
        this.refresher = refresher;
        this.recent = recent;
    }

    @Override
    public void attempt(Link link, List<String> scopes) {
        var provider = providers
                .find(link.providerId())
                .orElseThrow(() -> Answers.unusable(providers.whyUnusable(link.providerId())));
        var target = Target.ofScopes(provider, scopes);
        var wanted = new Wanted(provider, links.observe(link), target, Optional.empty());
        switch (refresher.refresh(wanted)) {
            // The person may have agreed to more than was asked for, such as by another name of the same resource.
            case Landing.Arrived arrived -> recent.forget(wanted.account());
            case Landing.Missed(Refused why) -> throw Answers.refused(wanted, why);
            case Landing.Missed(Unavailable why) -> throw Answers.unavailable(why);
        }
    }
}
