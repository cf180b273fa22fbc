package io.tokenbroker.grant;

import io.tokenbroker.database.Database;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.util.UUID;

/**
 * Drops access tokens that replicas share. They count for one link and one sign-in anyway; this is for those that may be of
 * none by now. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}.
 */
@Singleton
public class SharedTokens {

    private final Database database;

    SharedTokens(Database database) {
        this.database = database;
    }

    public void drop(AccountId id) {
        database.update("drop_shared", "DELETE FROM access_tokens WHERE account_id = ?", id.toString());
    }

    /** Those of all accounts of a user. */
    public void drop(UUID user) {
        var ofUser = "DELETE FROM access_tokens WHERE account_id IN (SELECT account_id FROM grants WHERE user_id = ?)";
        database.update("drop_shared", ofUser, user.toString());
    }
}
