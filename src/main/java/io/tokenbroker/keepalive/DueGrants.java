package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.Session.Row;
import io.tokenbroker.database.StoreUnavailable;
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

    private static final Logger LOG = Logger.getLogger(DueGrants.class);

    /** FusionAuth may say wrongly for a moment that there is no link. */
    private static final Duration GONE_FOR_GOOD = Duration.ofDays(1);

    private static final String DUE = """
            SELECT account_id, version, issued_at, gone_since, status, next_look_at FROM grants
            WHERE (issued_at < ? OR gone_since IS NOT NULL) AND next_look_at <= ? AND account_id > ?
            ORDER BY account_id LIMIT ?""";

    private static final String POSTPONE = "UPDATE grants SET next_look_at = ? WHERE account_id = ? AND version = ?";

    private static final String GONE_SINCE = "UPDATE grants SET gone_since = ? WHERE account_id = ? AND version = ?";

    private static final String DELETE_GONE =
            "DELETE FROM grants WHERE account_id = ? AND version = ? AND gone_since IS NOT NULL";

    private static final String OTHER_KEYS = """
            SELECT account_id, version, root, refresh_token FROM grants
            WHERE substr(refresh_token, 1, ?) <> ? AND account_id > ?
            ORDER BY account_id LIMIT ?""";

    private static final String RESEAL = """
            UPDATE grants SET refresh_token = ?
            WHERE account_id = ? AND version = ? AND (lease_owner IS NULL OR lease_until <= CLOCK)""";

    private final Database database;
    private final GrantSeal seal;
    private final ColumnSealer keys;
    private final Clock clock;
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    DueGrants(Database database, GrantSeal seal, ColumnSealer keys, Clock clock) {
        this.database = database;
        this.seal = seal;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * A row to look at.
     *
     * @param goneSince since when FusionAuth has shown no link
     * @param isMarked whether only a person can help
     */
    record Due(
            AccountId id,
            long version,
            Instant issuedAt,
            Optional<Instant> goneSince,
            boolean isMarked,
            Instant nextLookAt) {

        private static Due of(AccountId id, ResultSet row) throws SQLException {
            var gone = row.getLong("gone_since");
            var goneSince = row.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(gone));
            return new Due(
                    id,
                    row.getLong("version"),
                    Instant.ofEpochMilli(row.getLong("issued_at")),
                    goneSince,
                    !row.getString("status").equals("active"),
                    Instant.ofEpochMilli(row.getLong("next_look_at")));
        }

        private Object[] unchanged() {
            return new Object[] {id.toString(), version};
        }
    }

    /**
     * Rows whose refresh token was issued before then, or whose link has gone, by account.
     *
     * @param lookedAtBefore up to when the next look may have been put off
     * @param after the account that the page before ended with; empty for the first page
     */
    List<Due> due(Instant issuedBefore, Instant lookedAtBefore, Optional<AccountId> after, int most) {
        var issued = issuedBefore.toEpochMilli();
        return readable("due", Due::of, DUE, issued, lookedAtBefore.toEpochMilli(), from(after), most);
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
            }
            return deleted;
        });
    }

    /** FusionAuth shows the link again. */
    void isThere(Due row) {
        database.update("gone", GONE_SINCE, null, row.unchanged());
    }

    /**
     * Seals rows anew whose key is not the first.
     *
     * @param after as for {@link #due}
     * @return the account of the last row looked at; empty if there was none
     */
    Optional<AccountId> reseal(Optional<AccountId> after, int most) {
        var present = keys.presentKey();
        var rows = readable("reseal", SealedRow::of, OTHER_KEYS, present.length, present, from(after), most);
        rows.forEach(this::reseal);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getLast().id());
    }

    private void reseal(SealedRow row) {
        try {
            var token = seal.openRefreshToken(row.id(), row.root(), row.token());
            var sealed = seal.refreshToken(row.id(), row.root(), token);
            database.update("reseal", RESEAL.replace("CLOCK", database.engine().clock()), sealed, row.unchanged());
        } catch (StoreUnavailable unopened) {
            LOG.debugf("The row of account %s stays as it is", row.id());
        }
    }

    /** How many rows are sealed by another key than the first. */
    long underOtherKeys() {
        var present = keys.presentKey();
        return count("SELECT count(*) FROM grants WHERE substr(refresh_token, 1, ?) <> ?", present.length, present);
    }

    /** How many grants the store holds. */
    public long count() {
        return count("SELECT count(*) FROM grants");
    }

    private long count(String sql, Object... values) {
        return database.first("count", row -> row.getLong(1), sql, values).orElseThrow();
    }

    /** Deletes access tokens that have expired. */
    void dropExpired() {
        database.update("drop_expired", "DELETE FROM access_tokens WHERE expires_at <= ?", clock.millis());
    }

    private static String from(Optional<AccountId> after) {
        return after.map(AccountId::toString).orElse("");
    }

    /** Rows but for those without the id of an account, which another program has written: they must not stop the rest. */
    private <T> List<T> readable(String operation, OfAccount<T> of, String sql, Object... values) {
        Row<Optional<T>> readable = row -> {
            var text = Objects.requireNonNull(row.getString("account_id"));
            var id = AccountId.parse(text);
            if (id.isEmpty() && unreadable.add(text)) {
                LOG.errorf("The row of account %s is left alone: that is no account's id", text);
            }
            return id.isPresent() ? Optional.of(of.of(id.get(), row)) : Optional.empty();
        };
        return database.rows(operation, readable, sql, values).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private interface OfAccount<T> {
        T of(AccountId id, ResultSet row) throws SQLException;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record SealedRow(AccountId id, long version, String root, byte[] token) {

        static SealedRow of(AccountId id, ResultSet row) throws SQLException {
            return new SealedRow(id, row.getLong("version"), row.getString("root"), row.getBytes("refresh_token"));
        }

        Object[] unchanged() {
            return new Object[] {id.toString(), version};
        }
    }
}
