package io.tokenbroker.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.policy.PolicyRules.Verdict;
import io.tokenbroker.policy.RefreshTurns.Turn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.time.Time;
import io.tokenbroker.time.Time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
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

    /**
     * How often one client may have a token refreshed although a usable one is there. A turn is taken before the tenant is
     * asked, so that of concurrent calls one asks; an outage gives it back.
     */
    public static final class ForcedRefreshes {

        static final String RULE = "force-refresh-interval";

        private final String client;
        private final Duration interval;
        private final RefreshTurns turns;

        ForcedRefreshes(String client, Duration interval, RefreshTurns turns) {
            this.client = client;
            this.interval = interval;
            this.turns = turns;
        }

        /**
         * Takes the turns of all these, or none.
         *
         * @param what an account with its present authorization, for a new one is a new beginning; or a target of it
         * @return empty if it is too early
         */
        public Optional<List<Turn>> take(List<String> what) {
            var mine = new ArrayList<Turn>();
            for (var one : interval.isZero() ? List.<String>of() : what) {
                var turn = turns.take(name(one), interval);
                if (turn.isEmpty()) {
                    mine.forEach(Turn::giveBack);
                    return Optional.empty();
                }
                mine.add(turn.get());
            }
            return Optional.of(mine);
        }

        /** For how long a token that was got by such a turn is good enough for the same question. */
        public Duration interval() {
            return interval;
        }

        /** The refusal if it is too early. */
        public BrokerException refused(List<String> what) {
            return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, refusal(what))
                    .withRetryAfter(Duration.ofSeconds(secondsLeft(what)));
        }

        public Verdict judge(List<String> what) {
            return new Verdict(RULE, left(what).isZero(), refusal(what));
        }

        private String refusal(List<String> what) {
            return "This client has had a new token of this account a moment ago, although it had a usable one. Use that token, or try again in %d seconds. "
                            .formatted(secondsLeft(what))
                    + "The broker's operator decides: broker.clients.<name>.force-refresh-interval.";
        }

        private long secondsLeft(List<String> what) {
            return Math.max(1, Time.wholeSeconds(left(what)));
        }

        private Duration left(List<String> what) {
            return what.stream()
                    .map(one -> turns.left(name(one)))
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
        }

        private String name(String what) {
            return client + "\n" + what;
        }
    }
}
