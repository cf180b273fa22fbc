package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.AccountState;
import io.tokenbroker.account.AccountStates;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrant;
import io.tokenbroker.tenant.RefreshGrants;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Asks the tenant, and once more where its first no does not count:
 *
 * <ul>
 *   <li>The token sent is not the stored one any more: a person may have signed in meanwhile.
 *   <li>It was refused without any explanation. Entra does that to personal accounts now and then, with a token that works
 *       a moment later. Only where a token can be sent twice, and only as long as the account is not known as refused.
 *   <li>The client was refused, and has been mended in FusionAuth since the provider was last read.
 * </ul>
 *
 * Blocks.
 */
@ApplicationScoped
class Inquiry {

    private final RefreshGrants grants;
    private final RememberedLinks links;
    private final AccountStates states;
    private final Providers providers;

    Inquiry(RefreshGrants grants, RememberedLinks links, AccountStates states, Providers providers) {
        this.grants = grants;
        this.links = links;
        this.states = states;
        this.providers = providers;
    }

    /** @throws io.tokenbroker.problem.BrokerException if the link has no token, or is gone or another user's by now */
    Verdict ask(Wanted wanted) {
        var outcome = send(wanted);
        return outcome instanceof Refused refused ? confirmed(wanted, refused) : new Verdict(wanted, outcome);
    }

    private Verdict confirmed(Wanted wanted, Refused refused) {
        return switch (refused.refusal().breadth()) {
            case ACCOUNT -> {
                var now = wanted.as(stored(wanted.remembered().link()));
                if (!tokenOf(now).equals(tokenOf(wanted))) {
                    yield ask(now);
                }
                yield new Verdict(now, isDoubtful(now, refused) ? send(now) : refused);
            }
            case PROVIDER -> mended(wanted).map(this::ask).orElseGet(() -> new Verdict(wanted, refused));
            case RESOURCE, ANSWER -> new Verdict(wanted, refused);
        };
    }

    private RefreshOutcome send(Wanted wanted) {
        var provider = wanted.provider();
        var request = new RefreshGrant.Request(
                wanted.account().identity(),
                wanted.remembered().link().userId(),
                tokenOf(wanted),
                wanted.target().wireScope(provider),
                wanted.claims());
        return grants.refresh(provider.tokenEndpoint(), provider.rotation(), request);
    }

    private Remembered stored(Link link) {
        return links.read(AccountId.of(link))
                .filter(now -> now.link().userId().equals(link.userId()))
                .orElseThrow(Accounts::notFound);
    }

    private boolean isDoubtful(Wanted wanted, Refused refused) {
        return refused.unexplained()
                && wanted.provider().rotation() == Rotation.REUSABLE
                && states.of(wanted.remembered().link()) instanceof AccountState.Active;
    }

    private Optional<Wanted> mended(Wanted wanted) {
        var refused = wanted.provider();
        return providers
                .readAgain(refused.id())
                .filter(now -> !now.tokenEndpoint().equals(refused.tokenEndpoint()))
                .map(wanted::at);
    }

    private static Secret tokenOf(Wanted wanted) {
        return wanted.remembered().link().token().orElseThrow(() -> Answers.noRefreshToken(wanted.account()));
    }

    /** @param about with the token that was asked with last: not the first if that had been replaced */
    record Verdict(Wanted about, RefreshOutcome outcome) {}
}
