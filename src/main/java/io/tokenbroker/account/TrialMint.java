package io.tokenbroker.account;

import io.tokenbroker.fusionauth.Link;
import java.util.List;

/**
 * Whether an account's tenant gives a token for these scopes now. Minting knows how to find out; whoever asks learns no
 * more than that, and gets no token.
 */
public interface TrialMint {

    /**
     * Asks the tenant once, whatever it answered a moment ago. Blocks.
     *
     * @throws io.tokenbroker.problem.BrokerException if there is no token, as a back end would hear it
     */
    void attempt(Link link, List<String> scopes);
}
