package io.tokenbroker.support;

import io.quarkus.arc.Arc;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

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

    /** As if events had been tried for so much longer. A jump of the clock would count as a time without a broker. */
    public static void eventsWereTriedFor(Duration by) {
        database().update("age", "UPDATE events SET first_try_at = first_try_at - ?", by.toMillis());
    }

    /** The file goes, with its log, as a volume that is unmounted. */
    public static void goesAway() {
        move(SandboxResource.sandbox().store(), elsewhere());
    }

    /** If it has gone; the broker has noticed. */
    public static void comesBack() {
        if (Files.exists(elsewhere())) {
            move(elsewhere(), SandboxResource.sandbox().store());
            Waiting.until(() -> !database().isAway(), Duration.ofSeconds(10));
        }
    }

    private static Path elsewhere() {
        return Path.of(SandboxResource.sandbox().store() + ".elsewhere");
    }

    private static void move(Path from, Path to) {
        try {
            for (var part : List.of("-wal", "-shm", "")) {
                if (Files.exists(Path.of(from + part))) {
                    Files.move(Path.of(from + part), Path.of(to + part));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The store of the broker under test. */
    public static Database database() {
        return Arc.container().instance(Database.class).get();
    }
}
