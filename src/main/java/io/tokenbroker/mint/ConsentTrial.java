package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.provider.Providers;
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
        var remembered = links.current(AccountId.of(link)).orElseThrow(Accounts::notFound);
        var wanted = new Wanted(provider, Accounts.requireActive(remembered), target, Optional.empty());
        var landing = refresher.refresh(wanted, Acceptance.NONE, true);
        if (!(landing instanceof Landing.Arrived)) {
            throw Answers.missed(wanted, landing);
        }
        // The person may have agreed to more than was asked for, such as by another name of the same resource.
        recent.forget(wanted.account());
    }
}
