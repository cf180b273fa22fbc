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

/** The rows of events that are not delivered yet. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}. */
@Singleton
class OutboxRows {

    /** Dead events are kept for so long, for an operator to see, and those of a receiver that the settings name no more. */
    private static final Duration KEPT = Duration.ofDays(30);

    /** How long an event counts as one that died of late. */
    private static final Duration OF_LATE = Duration.ofDays(1);

    /** What has been due for longer had no broker to send it: a receiver that hangs keeps 10,000 back for less. */
    private static final Duration UNATTENDED = Duration.ofHours(6);

    /** How many rows are deleted at once. */
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

    private static final String DROP = """
            DELETE FROM events WHERE (receiver, event_id) IN (
                SELECT receiver, event_id FROM events WHERE COALESCE(dead_since, occurred_at) < ? LIMIT ?)""";

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
            WHERE receiver = ? AND dead_since IS NULL AND next_try_at <= ? AND claimed_until <= CLOCK AND NOT EXISTS (
                SELECT 1 FROM events earlier WHERE earlier.receiver = e.receiver AND earlier.subject = e.subject
                    AND earlier.position < e.position AND earlier.dead_since IS NULL)
            ORDER BY next_try_at, occurred_at LIMIT ?""".replace("CLOCK", now);
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

    void dropOld() {
        var before = clock.instant().minus(KEPT).toEpochMilli();
        var dropped = PAGE;
        while (dropped == PAGE) {
            dropped = database.update("drop_expired", DROP, before, PAGE);
        }
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
