package io.tokenbroker.account;

import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.ModelLinks;
import io.tokenbroker.link.RememberedLinks;

/** The accounts of a broker of a model. */
public final class ModelAccounts {

    private static final AccountLocks LOCKS = new AccountLocks();

    private ModelAccounts() {}

    @SuppressWarnings("NullAway") // only what was linked by mistake is told of, which no model does
    public static Accounts accounts(LinkApi fusionAuth, RememberedLinks links, Grants grants) {
        return new Accounts(fusionAuth, links, ModelLinks.owners(), grants, LOCKS, null);
    }
}
