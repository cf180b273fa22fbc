package io.tokenbroker.grant;

import io.tokenbroker.database.Session;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Drops access tokens that replicas share. They count for one link and one sign-in anyway; this is for those that may be of
 * none by now.
 */
@Singleton
public class SharedTokens {

    public void drop(Session session, AccountId id) throws SQLException {
        session.update("DELETE FROM access_tokens WHERE account_id = ?", id.toString());
    }

    /** Those of all accounts of a user. */
    public void drop(Session session, UUID user) throws SQLException {
        session.update(
                "DELETE FROM access_tokens WHERE account_id IN (SELECT account_id FROM grants WHERE user_id = ?)",
                user.toString());
    }
}
