package io.tokenbroker.account;

import io.tokenbroker.fusionauth.LinkApi.Link;
import java.util.List;

/** Tells whether an account's tenant gives a token for these scopes now. The caller gets no token. Mint implements it. */
public interface TrialMint {

    /**
     * Asks the tenant once, whatever it answered a moment ago. Blocks.
     *
     * @throws io.tokenbroker.problem.BrokerException if there is no token, as a back end would hear it
     */
    void attempt(Link link, List<String> scopes);
}
