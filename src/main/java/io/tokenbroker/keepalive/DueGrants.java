package io.tokenbroker.keepalive;

import io.tokenbroker.database.Database;
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
            Instant nextLookAt) {}

    /**
     * Rows whose refresh token was issued before then, or whose link has gone, by account.
     *
     * @param lookedAtBefore up to when the next look may have been put off
     * @param after the account that the page before ended with; empty for the first page
     */
    List<Due> due(Instant issuedBefore, Instant lookedAtBefore, Optional<AccountId> after, int most) {
        return database.run(
                "due",
                session -> session.rows(
                        DueGrants::due,
                        DUE,
                        issuedBefore.toEpochMilli(),
                        lookedAtBefore.toEpochMilli(),
                        after.map(AccountId::toString).orElse(""),
                        most));
    }

    /**
     * Puts off the next look at the row; of several replicas that found it due, one gets true, and none once it has been
     * renewed.
     */
    boolean postpone(Due row, Duration by) {
        return database.run(
                "postpone",
                session -> session.update(
                                "UPDATE grants SET next_look_at = ? WHERE account_id = ? AND next_look_at = ? AND version = ?",
                                clock.instant().plus(by).toEpochMilli(),
                                row.id().toString(),
                                row.nextLookAt().toEpochMilli(),
                                row.version())
                        == 1);
    }

    /**
     * FusionAuth shows no link: notes it, and a day later deletes the row unless it has changed since.
     *
     * @return whether the row is deleted
     */
    boolean gone(Due row) {
        var since = row.goneSince();
        if (since.isEmpty()) {
            return noteGone(row, clock.millis());
        }
        return !clock.instant().isBefore(since.get().plus(GONE_FOR_GOOD)) && delete(row);
    }

    private boolean noteGone(Due row, long since) {
        database.run(
                "gone",
                session -> session.update(
                        "UPDATE grants SET gone_since = ? WHERE account_id = ? AND version = ?",
                        since,
                        row.id().toString(),
                        row.version()));
        return false;
    }

    private boolean delete(Due row) {
        return database.transaction("delete_gone", session -> {
            var id = row.id().toString();
            var deleted = session.update(
                    "DELETE FROM grants WHERE account_id = ? AND version = ? AND gone_since IS NOT NULL",
                    id,
                    row.version());
            if (deleted == 1) {
                session.update("DELETE FROM access_tokens WHERE account_id = ?", id);
            }
            return deleted == 1;
        });
    }

    /** FusionAuth shows the link again. */
    void isThere(Due row) {
        database.run(
                "gone",
                session -> session.update(
                        "UPDATE grants SET gone_since = NULL WHERE account_id = ? AND version = ?",
                        row.id().toString(),
                        row.version()));
    }

    /**
     * Seals rows anew whose key is not the first.
     *
     * @param after as for {@link #due}
     * @return the account of the last row looked at; empty if there was none
     */
    Optional<AccountId> reseal(Optional<AccountId> after, int most) {
        var present = keys.presentKey();
        var rows = database.run(
                "reseal",
                session -> session.rows(
                        SealedRow::of,
                        OTHER_KEYS,
                        present.length,
                        present,
                        after.map(AccountId::toString).orElse(""),
                        most));
        rows.forEach(this::reseal);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getLast().id());
    }

    /** How many rows are sealed by another key than the first. */
    long underOtherKeys() {
        var present = keys.presentKey();
        return database.run(
                        "count",
                        session -> session.rows(
                                row -> row.getLong(1),
                                "SELECT count(*) FROM grants WHERE substr(refresh_token, 1, ?) <> ?",
                                present.length,
                                present))
                .getFirst();
    }

    private void reseal(SealedRow row) {
        try {
            var token = seal.openRefreshToken(row.id(), row.root(), row.token());
            var sealed = seal.refreshToken(row.id(), row.root(), token);
            database.run(
                    "reseal",
                    session -> session.update(
                            RESEAL.replace("CLOCK", database.engine().clock()),
                            sealed,
                            row.id().toString(),
                            row.version()));
        } catch (StoreUnavailable unopened) {
            LOG.debugf("The row of account %s stays as it is", row.id());
        }
    }

    /** Deletes access tokens that have expired. */
    void dropExpired() {
        database.run(
                "drop_expired",
                session -> session.update("DELETE FROM access_tokens WHERE expires_at <= ?", clock.millis()));
    }

    /** How many grants the store holds. */
    public long count() {
        return database.run("count", session -> session.rows(row -> row.getLong(1), "SELECT count(*) FROM grants"))
                .getFirst();
    }

    private static Due due(ResultSet row) throws SQLException {
        var gone = row.getLong("gone_since");
        var goneSince = row.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(gone));
        return new Due(
                idIn(row),
                row.getLong("version"),
                Instant.ofEpochMilli(row.getLong("issued_at")),
                goneSince,
                !row.getString("status").equals("active"),
                Instant.ofEpochMilli(row.getLong("next_look_at")));
    }

    private static AccountId idIn(ResultSet row) throws SQLException {
        return AccountId.parse(Objects.requireNonNull(row.getString("account_id")))
                .orElseThrow();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record SealedRow(AccountId id, long version, String root, byte[] token) {

        static SealedRow of(ResultSet row) throws SQLException {
            return new SealedRow(
                    idIn(row), row.getLong("version"), row.getString("root"), row.getBytes("refresh_token"));
        }
    }
}
