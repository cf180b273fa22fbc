package io.tokenbroker.event;

import io.tokenbroker.database.Database;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rows of events that are not delivered yet. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}. */
@Singleton
class OutboxRows {

    /** Dead events are kept for so long, for an operator to see, and events wait no longer behind others. */
    private static final Duration KEPT = Duration.ofDays(30);

    /** How long an event counts as one that died of late. */
    private static final Duration OF_LATE = Duration.ofDays(1);

    /** If an event has been due for so long, no broker was running. At a receiver that hangs, 10,000 accounts' events wait less. */
    private static final Duration UNATTENDED = Duration.ofHours(6);

    private static final Duration TRIED = Duration.ofDays(1);

    /** How many rows are deleted or given up at once. */
    private static final int PAGE = 1_000;

    private static final String UNCHANGED =
            " WHERE receiver = ? AND event_id = ? AND attempts = ? AND dead_since IS NULL";

    private static final String POSTPONE =
            "UPDATE events SET failure = ?, next_try_at = ?, claimed_until = 0" + UNCHANGED;
    private static final String BURY = "UPDATE events SET failure = ?, dead_since = ?" + UNCHANGED;

    /** Also where another replica has claimed it meanwhile: it has arrived. */
    private static final String DELIVERED = "DELETE FROM events WHERE receiver = ? AND event_id = ?";

    private static final String STATES = """
            SELECT receiver, COUNT(*) - COUNT(dead_since) AS waiting, COUNT(dead_since) AS dead,
                   COALESCE(SUM(CASE WHEN dead_since > ? THEN 1 ELSE 0 END), 0) AS dead_of_late,
                   COALESCE(SUM(CASE WHEN dead_since IS NULL AND attempts > 0 THEN 1 ELSE 0 END), 0) AS failing,
                   MIN(CASE WHEN dead_since IS NULL THEN occurred_at END) AS oldest
            FROM events GROUP BY receiver ORDER BY receiver""";

    /** Another event of the same subject, which is not given up, comes before this. */
    private static final String EARLIER = """
            SELECT 1 FROM events earlier WHERE earlier.receiver = e.receiver AND earlier.subject = e.subject
                AND earlier.position < e.position AND earlier.dead_since IS NULL""";

    /** Replicas may do it at once. After a time without a broker those that are the first are tried for a day before. */
    private static final String BURY_OVERDUE = """
            UPDATE events SET failure = 'it waited for 30 days behind others', dead_since = ?
            WHERE (receiver, event_id) IN (
                SELECT receiver, event_id FROM events e
                WHERE receiver = ? AND dead_since IS NULL AND occurred_at < ?
                    AND EXISTS (EARLIER AND earlier.first_try_at < ?) LIMIT ?)
                AND dead_since IS NULL""".replace("EARLIER", EARLIER);

    private static final String DROP_DEAD = """
            DELETE FROM events WHERE (receiver, event_id) IN (
                SELECT receiver, event_id FROM events WHERE dead_since < ? LIMIT ?)""";

    private static final String DROP_LEFT = """
            DELETE FROM events WHERE (receiver, event_id) IN (
                SELECT receiver, event_id FROM events WHERE receiver = ? AND occurred_at < ? LIMIT ?)""";

    private final Database database;
    private final Clock clock;
    private final String due;
    private final String claim;

    OutboxRows(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        var now = database.engine().clock();
        // A body is read when its event is claimed: most that are due wait for another, or for another replica.
        due = """
            SELECT receiver, event_id, attempts FROM events e
            WHERE receiver = ? AND dead_since IS NULL AND next_try_at <= ? AND claimed_until <= CLOCK AND NOT EXISTS (EARLIER)
            ORDER BY next_try_at, occurred_at LIMIT ?""".replace("CLOCK", now).replace("EARLIER", EARLIER);
        claim = """
            UPDATE events SET attempts = attempts + 1, claimed_until = CLOCK + ?,
                first_try_at = CASE WHEN first_try_at IS NULL OR next_try_at < ? THEN ? ELSE first_try_at END
            WHERE receiver = ? AND event_id = ? AND attempts = ? AND dead_since IS NULL
            RETURNING receiver, event_id, type, body, first_try_at, attempts""".replace("CLOCK", now);
    }

    /** The next events of their subjects, as far as their time has come. */
    List<Due> due(String receiver, int most) {
        return database.rows("events_due", Due::of, due, receiver, clock.millis(), most);
    }

    /** Takes an event to send it; empty if another replica was first. It is due again so much later. */
    Optional<Claimed> claim(Due event, Duration length) {
        var now = clock.instant();
        var unattended = now.minus(UNATTENDED).toEpochMilli();
        return database.first(
                "event_claim",
                Claimed::of,
                claim,
                length.toMillis(),
                unattended,
                now.toEpochMilli(),
                event.unchanged());
    }

    void delivered(Due event) {
        database.update("event_delivered", DELIVERED, event.receiver(), event.id());
    }

    void postpone(Claimed event, String failure, Instant until) {
        database.update(
                "event_postpone",
                POSTPONE,
                failure,
                until.toEpochMilli(),
                event.turn().unchanged());
    }

    /** Gives an event up: the next of its subject is sent. */
    void bury(Claimed event, String failure) {
        database.update(
                "event_bury", BURY, failure, clock.millis(), event.turn().unchanged());
    }

    List<State> states() {
        var lately = clock.instant().minus(OF_LATE).toEpochMilli();
        return database.rows("events_state", State::of, STATES, lately);
    }

    /** Gives up some that have waited too long behind others of their subject; the first is given up by its tries alone. */
    int buryOverdue(String receiver) {
        var dayAgo = clock.instant().minus(TRIED).toEpochMilli();
        return database.update("event_bury", BURY_OVERDUE, clock.millis(), receiver, longAgo(), dayAgo, PAGE);
    }

    void dropDead() {
        drop(DROP_DEAD, longAgo());
    }

    /** Deletes what has waited too long for receivers that the settings name no more. */
    void dropLeft(Set<String> named) {
        states().stream()
                .map(State::receiver)
                .filter(receiver -> !named.contains(receiver))
                .forEach(left -> drop(DROP_LEFT, left, longAgo()));
    }

    private void drop(String sql, Object... values) {
        var dropped = PAGE;
        while (dropped == PAGE) {
            dropped = database.update("drop_expired", sql, values, PAGE);
        }
    }

    private long longAgo() {
        return clock.instant().minus(KEPT).toEpochMilli();
    }

    /** An event that may be sent now to one receiver. */
    record Due(String receiver, String id, long attempts) {

        static Due of(ResultSet row) throws SQLException {
            return new Due(row.getString("receiver"), row.getString("event_id"), row.getLong("attempts"));
        }

        private Object[] unchanged() {
            return new Object[] {receiver, id, attempts};
        }
    }

    /**
     * An event that this replica sends.
     *
     * @param turn with the attempt that is under way
     * @param firstTryAt the first since brokers have tried it without a long break
     */
    record Claimed(Due turn, String type, String body, Instant firstTryAt) {

        static Claimed of(ResultSet row) throws SQLException {
            return new Claimed(
                    Due.of(row),
                    row.getString("type"),
                    row.getString("body"),
                    Instant.ofEpochMilli(row.getLong("first_try_at")));
        }

        String id() {
            return turn.id();
        }
    }

    /**
     * How the delivery to one receiver stands.
     *
     * @param failing of those that wait, how many have been tried
     * @param deadOfLate of those that are dead, how many were given up within a day
     * @param oldest when the oldest that waits happened, in milliseconds since 1970; 0 for none
     */
    record State(String receiver, long waiting, long failing, long dead, long deadOfLate, long oldest) {

        static State of(ResultSet row) throws SQLException {
            return new State(
                    row.getString("receiver"),
                    row.getLong("waiting"),
                    row.getLong("failing"),
                    row.getLong("dead"),
                    row.getLong("dead_of_late"),
                    row.getLong("oldest"));
        }
    }
}
