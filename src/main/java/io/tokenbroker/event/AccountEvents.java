package io.tokenbroker.event;

import io.tokenbroker.database.Session;
import io.tokenbroker.event.Event.OfAccount;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** The events of an account's row, each in the transaction that changes the row. */
@Singleton
public class AccountEvents {

    private static final String BEFORE =
            "SELECT user_id, CASE WHEN status = 'active' THEN 0 ELSE 1 END FROM grants WHERE account_id = ? AND version = ?";

    private final Outbox outbox;

    AccountEvents(Outbox outbox) {
        this.outbox = outbox;
    }

    /** What a row said before it was begun anew. */
    public record Before(String userId, boolean wasMarked) {

        private static Before of(ResultSet row) throws SQLException {
            return new Before(row.getString(1), row.getInt(2) == 1);
        }
    }

    /** The row of this version; empty for none. */
    public Optional<Before> before(Session session, AccountId id, long version) throws SQLException {
        return session.first(Before::of, BEFORE, id.toString(), version);
    }

    /** The row now continues a sign-in of this user. */
    public void begun(Session session, AccountId id, String userId, Optional<Before> before) throws SQLException {
        if (before.filter(row -> row.userId().equals(userId)).isEmpty()) {
            if (before.isPresent()) {
                unlinked(session, id, before.get().userId());
            }
            outbox.add(session, new OfAccount(id, userId).linked());
        } else if (before.get().wasMarked()) {
            recovered(session, id, userId);
        }
    }

    public void marked(Session session, AccountId id, String userId, String reason) throws SQLException {
        outbox.add(session, new OfAccount(id, userId).reauthorizationRequired(reason));
    }

    public void recovered(Session session, AccountId id, String userId) throws SQLException {
        outbox.add(session, new OfAccount(id, userId).recovered());
    }

    /** Whether there is a receiver that wants to know what expires; without one nothing counts as told. */
    public boolean isExpiringWanted() {
        return outbox.isWanted(Event.Type.ACCOUNT_EXPIRING);
    }

    /** @param at when the provider drops the refresh token */
    public void expiring(Session session, AccountId id, String userId, Instant at) throws SQLException {
        outbox.add(session, new OfAccount(id, userId).expiring(at));
    }

    public void unlinked(Session session, AccountId id, String userId) throws SQLException {
        outbox.add(session, new OfAccount(id, userId).unlinked());
    }
}
