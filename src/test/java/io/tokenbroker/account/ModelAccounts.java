package io.tokenbroker.account;

import io.tokenbroker.account.Accounts.AccountLocks;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.ModelLinks;
import io.tokenbroker.link.RememberedLinks;
import java.util.UUID;
import java.util.function.BiConsumer;

/** The accounts of a broker of a model. */
public final class ModelAccounts {

    private static final AccountLocks LOCKS = new AccountLocks();

    private ModelAccounts() {}

    public static Accounts accounts(LinkApi fusionAuth, RememberedLinks links, Grants grants) {
        return new Accounts(fusionAuth, links, ModelLinks.owners(), grants);
    }

    /** Unlinks an account of this user. */
    @SuppressWarnings("NullAway") // only what was linked by mistake is told of, which no model does
    public static BiConsumer<UUID, AccountId> unlinking(
            Accounts accounts, LinkApi fusionAuth, RememberedLinks links, Grants grants) {
        var unlinking = new Unlinking(accounts, fusionAuth, links, grants, LOCKS, null);
        return (user, account) -> {
            var _ = unlinking.unlink(user, account);
        };
    }
}
