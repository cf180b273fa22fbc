package io.tokenbroker.support;

import io.quarkus.arc.Arc;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import java.time.Duration;

/** The rows of the store outlive a test, as they should. */
public final class StoreMemory {

    private StoreMemory() {}

    /** Deletes them. */
    public static void forget() {
        database().transaction("forget", session -> {
            session.update("DELETE FROM grants");
            session.update("DELETE FROM activity");
            session.update("DELETE FROM refresh_turns");
            session.update("DELETE FROM events");
            session.update("DELETE FROM provider_states");
            session.update("DELETE FROM webhook_events");
            return session.update("DELETE FROM access_tokens");
        });
    }

    /** What the database's clock ends, ends so much earlier. */
    static void age(Duration by) {
        try {
            database().update("age", "UPDATE refresh_turns SET taken_until = taken_until - ?", by.toMillis());
        } catch (StoreUnavailable away) {
            // Then each broker counts its own turns, by the clock that the test has moved.
        }
    }

    /** The store of the broker under test. */
    public static Database database() {
        return Arc.container().instance(Database.class).get();
    }
}
