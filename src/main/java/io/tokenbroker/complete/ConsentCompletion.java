package io.tokenbroker.complete;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.TrialMint;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.start.AuthorizationState;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * Completes a consent. Its code is dropped, so who consented remains unknown; what counts is whether the tenant now gives
 * a token for the account's own refresh token. The link does not change. Blocks.
 */
@ApplicationScoped
class ConsentCompletion {

    /** After these nothing was decided, and since no code is spent the same callback can be sent again. */
    private static final Set<ProblemType> UNDECIDED = Set.of(
            ProblemType.RATE_LIMITED,
            ProblemType.PROVIDER_UNAVAILABLE,
            ProblemType.FUSIONAUTH_UNAVAILABLE,
            ProblemType.STORE_UNAVAILABLE,
            ProblemType.UPSTREAM_TIMEOUT);

    private final AuthorizationStates states;
    private final Accounts accounts;
    private final TrialMint mint;

    ConsentCompletion(AuthorizationStates states, Accounts accounts, TrialMint mint) {
        this.states = states;
        this.accounts = accounts;
        this.mint = mint;
    }

    Completed complete(AuthorizationState state) {
        var id = state.account().orElseThrow(Accounts::notFound);
        states.use(state);
        try {
            mint.attempt(accounts.require(state.userId(), id), state.consentTo());
            return Completed.Linked.of(accounts.get(state.userId(), id));
        } catch (BrokerException e) {
            if (UNDECIDED.contains(e.type())) {
                states.giveBack(state);
            }
            throw e;
        }
    }
}
