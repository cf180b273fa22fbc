package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.AccountEvents;
import io.tokenbroker.grant.GrantSeal;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.ColumnSealer;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * What keep-alive does to the rows beside refreshing: finds those that are due, deletes those whose link has gone, seals
 * anew what an old key has sealed. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}.
 */
@Singleton
public class DueGrants {

    /** How many rows are read at once. */
    static final int PAGE = 100;

    private static final Logger LOG = Logger.getLogger(DueGrants.class);

    /** FusionAuth may say wrongly for a moment that there is no link. */
    private static final Duration GONE_FOR_GOOD = Duration.ofDays(1);

    private static final String COLUMNS =
            "SELECT account_id, user_id, version, root, refresh_token, issued_at, gone_since, status, next_look_at";
    private static final String IS_DUE =
            " FROM grants WHERE (issued_at < ? OR gone_since IS NOT NULL) AND next_look_at <= ?";

    private static final String UNDER_OTHER_KEYS = " FROM grants WHERE substr(refresh_token, 1, ?) <> ?";
    private static final String UNCHANGED = " WHERE account_id = ? AND version = ?";
    private static final String POSTPONE = "UPDATE grants SET next_look_at = ?" + UNCHANGED;
    private static final String GONE_SINCE = "UPDATE grants SET gone_since = ?" + UNCHANGED;
    private static final String DELETE_GONE = "DELETE FROM grants" + UNCHANGED + " AND gone_since IS NOT NULL";

    private final Database database;
    private final GrantSeal seal;
    private final ColumnSealer keys;
    private final AccountEvents events;
    private final Clock clock;
    private final String reseal;
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    DueGrants(Database database, GrantSeal seal, ColumnSealer keys, AccountEvents events, Clock clock) {
        this.database = database;
        this.seal = seal;
        this.keys = keys;
        this.events = events;
        this.clock = clock;
        this.reseal = "UPDATE grants SET refresh_token = ?" + UNCHANGED
                + " AND refresh_token = ? AND (lease_owner IS NULL OR lease_until <= "
                + database.engine().clock() + ")";
    }

    /**
     * Rows whose refresh token was issued before then, or whose link has gone, by account.
     *
     * @param lookedAtBefore up to when the next look may have been put off
     * @param after the account that the page before ended with; empty for the first page
     */
    List<Due> due(Instant issuedBefore, Instant lookedAtBefore, Optional<AccountId> after, int most) {
        return page("due", after, most, IS_DUE, issuedBefore.toEpochMilli(), lookedAtBefore.toEpochMilli());
    }

    /** The account that a page ends with; empty for an empty page. */
    static Optional<AccountId> last(List<Due> page) {
        return page.isEmpty() ? Optional.empty() : Optional.of(page.getLast().id());
    }

    /** Puts off the next look at the row as it was seen; of several replicas that found it due, one gets true. */
    boolean postpone(Due row, Duration by) {
        var next = clock.instant().plus(by).toEpochMilli();
        var seen = row.nextLookAt().toEpochMilli();
        return database.update("postpone", POSTPONE + " AND next_look_at = ?", next, row.unchanged(), seen) == 1;
    }

    /** Puts off the next look at a row that this caller has just looked at. */
    void postponeAgain(Due row, Duration by) {
        database.update("postpone", POSTPONE, clock.instant().plus(by).toEpochMilli(), row.unchanged());
    }

    /** FusionAuth shows no link: notes it, and a day later deletes the row unless it has changed. True if it is deleted. */
    boolean gone(Due row) {
        var since = row.goneSince();
        if (since.isEmpty()) {
            database.update("gone", GONE_SINCE, clock.millis(), row.unchanged());
            return false;
        }
        return !clock.instant().isBefore(since.get().plus(GONE_FOR_GOOD)) && delete(row);
    }

    private boolean delete(Due row) {
        return database.transaction("delete_gone", session -> {
            var deleted = session.update(DELETE_GONE, row.unchanged()) == 1;
            if (deleted) {
                session.update(
                        "DELETE FROM access_tokens WHERE account_id = ?",
                        row.id().toString());
                events.unlinked(session, row.id(), row.userId());
            }
            return deleted;
        });
    }

    /** FusionAuth shows the link again. */
    void isThere(Due row) {
        database.update("gone", GONE_SINCE, null, row.unchanged());
    }

    /**
     * Seals rows anew that another key than the first has sealed.
     *
     * @param after as for {@link #due}
     * @return the account of the last row looked at; empty if there was none
     */
    Optional<AccountId> reseal(Optional<AccountId> after, int most) {
        var present = keys.presentKey();
        var rows = page("reseal", after, most, UNDER_OTHER_KEYS, present.length, present);
        rows.forEach(this::reseal);
        return last(rows);
    }

    private void reseal(Due row) {
        try {
            var token = seal.openRefreshToken(row.id(), row.root(), row.token());
            database.update(
                    "reseal", reseal, seal.refreshToken(row.id(), row.root(), token), row.unchanged(), row.token());
        } catch (StoreUnavailable e) {
            LOG.debugf("The row of account %s stays as it is", row.id());
        }
    }

    /** How many rows are sealed by another key than the first. */
    public long underOtherKeys() {
        var present = keys.presentKey();
        return count(UNDER_OTHER_KEYS, present.length, present);
    }

    /** How many grants the store holds. */
    public long count() {
        return count(" FROM grants");
    }

    private long count(String from, Object... values) {
        return database.first("count", row -> row.getLong(1), "SELECT count(*)" + from, values)
                .orElseThrow();
    }

    /** Deletes access tokens that have expired, and turns that are over. */
    void dropExpired() {
        database.update("drop_expired", "DELETE FROM access_tokens WHERE expires_at <= ?", clock.millis());
        database.update(
                "drop_expired",
                "DELETE FROM refresh_turns WHERE taken_until <= "
                        + database.engine().clock());
    }

    /** But for rows without the id of an account, which another program has written: they must not stop the rest. */
    private List<Due> page(String operation, Optional<AccountId> after, int most, String from, Object... values) {
        var sql = COLUMNS + from + " AND account_id > ? AND account_id LIKE 'acc%' ORDER BY account_id LIMIT ?";
        var first = after.map(AccountId::toString).orElse("");
        return database.rows(operation, this::readable, sql, values, first, most).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Due> readable(ResultSet row) throws SQLException {
        var text = Objects.requireNonNull(row.getString("account_id"));
        var id = AccountId.parse(text);
        if (id.isEmpty() && unreadable.add(text)) {
            LOG.errorf("The row of account %s is left alone: that is no account's id", text);
        }
        return id.isPresent() ? Optional.of(Due.of(id.get(), row)) : Optional.empty();
    }
}
