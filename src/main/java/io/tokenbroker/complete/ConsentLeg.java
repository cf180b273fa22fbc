package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/**
 * Completes a leg that was for consent alone. Its code is dropped, so who consented remains unknown; if it was somebody
 * else, they did so for themselves. What counts is what the tenant says when the account's own refresh token is tried: it
 * gives a token, which waits in the cache for the back ends, or refuses as before. Neither changes the link. Blocks.
 */
@ApplicationScoped
class ConsentLeg {

    /** After these nothing was decided, and since no code is spent the same callback can be sent again. */
    private static final Set<ProblemType> UNDECIDED = Set.of(
            ProblemType.PROVIDER_UNAVAILABLE,
            ProblemType.FUSIONAUTH_UNAVAILABLE,
            ProblemType.STORE_UNAVAILABLE,
            ProblemType.UPSTREAM_TIMEOUT);

    private final UsedStates usedStates;
    private final Accounts accounts;
    private final TrialMint mint;

    ConsentLeg(UsedStates usedStates, Accounts accounts, TrialMint mint) {
        this.usedStates = usedStates;
        this.accounts = accounts;
        this.mint = mint;
    }

    Completed complete(Caller.User user, AuthorizationState state) {
        var id =
                Optional.ofNullable(state.accountId()).flatMap(AccountId::parse).orElseThrow(Accounts::notFound);
        usedStates.use(state);
        try {
            mint.attempt(accounts.require(user.id(), id), state.consentTo());
            return Completed.Linked.of(accounts.get(user.id(), id));
        } catch (BrokerException refused) {
            if (UNDECIDED.contains(refused.type())) {
                usedStates.giveBack(state);
            }
            throw refused;
        }
    }
}
