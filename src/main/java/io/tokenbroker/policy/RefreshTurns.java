package io.tokenbroker.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.lang.HashUtil;

/**
 * Turns that come once in an interval, over all replicas: the store counts them. While the store does not answer, each
 * replica counts its own. Blocks.
 */
@Singleton
public class RefreshTurns {

    private final Database database;
    private final Clock clock;
    private final String take;
    private final String left;

    /** The turns that this replica knows to be taken. Losing one costs a question to the store. */
    private final Cache<String, Window> taken =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    RefreshTurns(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        take = """
            INSERT INTO refresh_turns (turn, taken_by, taken_until) VALUES (?, ?, CLOCK + ?)
            ON CONFLICT (turn) DO UPDATE SET taken_by = excluded.taken_by, taken_until = excluded.taken_until
            WHERE refresh_turns.taken_until <= CLOCK""".replace("CLOCK", database.engine().clock());
        left = "SELECT taken_until - CLOCK FROM refresh_turns WHERE turn = ?"
                .replace("CLOCK", database.engine().clock());
    }

    /**
     * Takes the turn of this name, which one of concurrent callers gets.
     *
     * @return empty if it is too early
     */
    public Optional<Turn> take(String name, Duration interval) {
        var now = clock.instant();
        var turn = new Turn(digest(name), UUID.randomUUID().toString(), Window.of(now, interval));
        return isMineHere(turn, now) && isMineEverywhere(turn, interval) ? Optional.of(turn) : Optional.empty();
    }

    /** How long it is to the next turn of this name; zero if there is one now. */
    public Duration left(String name) {
        var digest = digest(name);
        return Optional.ofNullable(taken.getIfPresent(digest))
                .map(window -> window.left(clock.instant()))
                .filter(Duration::isPositive)
                .orElseGet(() -> leftInStore(digest));
    }

    private boolean isMineHere(Turn turn, Instant now) {
        var last = taken.getIfPresent(turn.digest);
        return last == null
                ? taken.asMap().putIfAbsent(turn.digest, turn.window) == null
                : !last.contains(now) && taken.asMap().replace(turn.digest, last, turn.window);
    }

    private boolean isMineEverywhere(Turn turn, Duration interval) {
        try {
            if (database.update("take_turn", take, turn.digest, turn.owner, interval.toMillis()) == 1) {
                return true;
            }
        } catch (StoreUnavailable away) {
            return true;
        }
        taken.put(turn.digest, Window.of(clock.instant(), leftInStore(turn.digest)));
        return false;
    }

    private Duration leftInStore(String digest) {
        try {
            return database.first("take_turn", row -> Duration.ofMillis(row.getLong(1)), left, digest)
                    .filter(Duration::isPositive)
                    .orElse(Duration.ZERO);
        } catch (StoreUnavailable away) {
            return Duration.ZERO;
        }
    }

    /** The names are long and tell of people. */
    private static String digest(String name) {
        return HexFormat.of()
                .formatHex(HashUtil.getMessageDigest(HashUtil.SHA_256).digest(name.getBytes(UTF_8)));
    }

    /** The right to ask the tenant once. */
    public final class Turn {

        private final String digest;
        private final String owner;
        private final Window window;

        private Turn(String digest, String owner, Window window) {
            this.digest = digest;
            this.owner = owner;
            this.window = window;
        }

        /** For a tenant that gave no answer. */
        public void giveBack() {
            taken.asMap().remove(digest, window);
            try {
                database.update(
                        "take_turn", "DELETE FROM refresh_turns WHERE turn = ? AND taken_by = ?", digest, owner);
            } catch (StoreUnavailable away) {
                // The turn is over when its interval is.
            }
        }
    }
}
