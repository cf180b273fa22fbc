package io.tokenbroker.event;

import io.tokenbroker.database.Database;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The rows of events that are not delivered yet. Blocks; throws {@link io.tokenbroker.database.StoreUnavailable}. */
@Singleton
class OutboxRows {

    /** Dead events are kept for so long, for an operator to see, and those of a receiver that the settings name no more. */
    private static final Duration KEPT = Duration.ofDays(30);

    private static final String DUE = """
            SELECT * FROM events e
            WHERE receiver = ? AND dead_since IS NULL AND next_try_at <= ? AND NOT EXISTS (
                SELECT 1 FROM events earlier WHERE earlier.receiver = e.receiver AND earlier.subject = e.subject
                    AND earlier.position < e.position AND earlier.dead_since IS NULL)
            ORDER BY next_try_at, occurred_at LIMIT ?""";

    private static final String UNCHANGED =
            " WHERE receiver = ? AND event_id = ? AND attempts = ? AND next_try_at = ? AND dead_since IS NULL";

    private static final String CLAIM = "UPDATE events SET attempts = attempts + 1, next_try_at = ?" + UNCHANGED;
    private static final String POSTPONE = "UPDATE events SET failure = ?, next_try_at = ?" + UNCHANGED;
    private static final String BURY = "UPDATE events SET failure = ?, dead_since = ?" + UNCHANGED;

    /** Also where another replica has claimed it meanwhile: it has arrived. */
    private static final String DELIVERED = "DELETE FROM events WHERE receiver = ? AND event_id = ?";

    private static final String STATES = """
            SELECT receiver, COUNT(*) - COUNT(dead_since) AS waiting, COUNT(dead_since) AS dead,
                   COALESCE(SUM(CASE WHEN dead_since IS NULL AND attempts > 0 THEN 1 ELSE 0 END), 0) AS failing,
                   MIN(CASE WHEN dead_since IS NULL THEN occurred_at END) AS oldest
            FROM events GROUP BY receiver ORDER BY receiver""";

    private final Database database;
    private final Clock clock;

    OutboxRows(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The next events of their subjects, as far as their time has come. */
    List<Waiting> due(String receiver, int most) {
        return database.rows("events_due", Waiting::of, DUE, receiver, clock.millis(), most);
    }

    /** Takes an event to send it, unless another replica was first. It is due again after {@code until}. */
    boolean claim(Waiting event, Instant until) {
        return database.update("event_claim", CLAIM, until.toEpochMilli(), event.unchanged()) == 1;
    }

    void delivered(Waiting event) {
        database.update("event_delivered", DELIVERED, event.receiver(), event.id());
    }

    void postpone(Waiting claimed, String failure, Instant until) {
        database.update("event_postpone", POSTPONE, failure, until.toEpochMilli(), claimed.unchanged());
    }

    /** Gives an event up: the next of its subject is sent. */
    void bury(Waiting claimed, String failure) {
        database.update("event_bury", BURY, failure, clock.millis(), claimed.unchanged());
    }

    List<State> states() {
        return database.rows("events_state", State::of, STATES);
    }

    void dropOld() {
        var before = clock.instant().minus(KEPT).toEpochMilli();
        database.update("drop_expired", "DELETE FROM events WHERE occurred_at < ?", before);
    }

    /** An event that waits for its delivery to one receiver. */
    record Waiting(
            String receiver, String id, String type, String body, Instant occurredAt, long attempts, long nextTryAt) {

        static Waiting of(ResultSet row) throws SQLException {
            return new Waiting(
                    row.getString("receiver"),
                    row.getString("event_id"),
                    row.getString("type"),
                    row.getString("body"),
                    Instant.ofEpochMilli(row.getLong("occurred_at")),
                    row.getLong("attempts"),
                    row.getLong("next_try_at"));
        }

        Waiting claimed(Instant until) {
            return new Waiting(receiver, id, type, body, occurredAt, attempts + 1, until.toEpochMilli());
        }

        private Object[] unchanged() {
            return new Object[] {receiver, id, attempts, nextTryAt};
        }
    }

    /**
     * How the delivery to one receiver stands.
     *
     * @param failing of those that wait, how many have been tried
     * @param oldest when the oldest that waits happened, in milliseconds since 1970; 0 for none
     */
    record State(String receiver, long waiting, long failing, long dead, long oldest) {

        static State of(ResultSet row) throws SQLException {
            return new State(
                    row.getString("receiver"),
                    row.getLong("waiting"),
                    row.getLong("failing"),
                    row.getLong("dead"),
                    row.getLong("oldest"));
        }
    }
}
