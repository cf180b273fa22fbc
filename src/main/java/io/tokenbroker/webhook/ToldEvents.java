package io.tokenbroker.webhook;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.Session;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.SharedTokens;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.time.Time.Window;
import io.tokenbroker.webhook.FusionAuthEvent.Change;
import io.tokenbroker.webhook.FusionAuthEvent.Changed;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The events that FusionAuth has told one of the replicas. Each takes effect once on each replica: where it was delivered
 * at once, on the others when they look into the store, a second later.
 */
@Singleton
class ToldEvents {

    /** FusionAuth waits two seconds for an answer unless it is told otherwise, and may then undo the change. */
    private static final Duration LONGEST_STORE = Duration.ofSeconds(1);

    /** A row is written with a time, and can be read later: at most so much. */
    private static final Duration OVERLAP = Duration.ofSeconds(15);

    private static final int PAGE = 500;

    /** FusionAuth tries again within minutes. An event that is sent again after a day makes the broker look once more. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final int MOST = 100_000;
    private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(1);

    private final Database database;
    private final SharedTokens sharedTokens;
    private final RememberedLinks links;
    private final WebhookSignature signature;
    private final ExecutorService threads;
    private final Ticker ticker;
    private final Clock clock;
    private final String note;
    private final String recent;
    private final String clean;

    /** Those that have taken effect here. */
    private final Cache<UUID, Boolean> effective =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    private long lastLook;
    private Instant lastCleaning;

    ToldEvents(
            Database database,
            SharedTokens sharedTokens,
            RememberedLinks links,
            WebhookSignature signature,
            @VirtualThreads ExecutorService threads,
            Ticker ticker,
            Clock clock) {
        this.database = database;
        this.sharedTokens = sharedTokens;
        this.links = links;
        this.signature = signature;
        this.threads = threads;
        this.ticker = ticker;
        this.clock = clock;
        this.lastLook = ticker.read();
        this.lastCleaning = clock.instant();
        var now = database.engine().clock();
        note = """
            INSERT INTO webhook_events (event_id, user_id, account_id, received_at) VALUES (?, ?, ?, CLOCK)
            ON CONFLICT (event_id) DO NOTHING""".replace("CLOCK", now);
        recent = """
            SELECT event_id, user_id, account_id FROM webhook_events
            WHERE received_at >= CLOCK - ? AND event_id > ? ORDER BY event_id LIMIT ?""".replace("CLOCK", now);
        clean = """
            DELETE FROM webhook_events WHERE received_at < CLOCK - ? OR received_at < (
                SELECT received_at FROM webhook_events ORDER BY received_at DESC LIMIT 1 OFFSET ?)""".replace("CLOCK", now);
    }

    /**
     * Lets an event take effect, unless it is known here or on another replica.
     *
     * @return whether it was new
     */
    boolean take(Change event) {
        if (effective.getIfPresent(event.id()) != null) {
            return false;
        }
        var isNew = CompletableFuture.supplyAsync(() -> isNewToAll(event), threads)
                // Whatever the store does, it takes effect here, and FusionAuth has its answer.
                .completeOnTimeout(true, LONGEST_STORE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (isNew) {
            takeEffect(event.id(), event.what());
        }
        return isNew;
    }

    private boolean isNewToAll(Change event) {
        if (database.isAway()) {
            return true;
        }
        try {
            var isNew = database.transaction("note_event", session -> note(session, event));
            if (!isNew) {
                // Another replica was told a moment ago, perhaps, and this one has not looked since.
                look();
            }
            return isNew;
        } catch (StoreUnavailable away) {
            return true;
        }
    }

    /** Whether it was not noted yet. What is noted has dropped the shared tokens, also where a replica dies here. */
    private boolean note(Session session, Change event) throws SQLException {
        if (session.update(note, columns(event)) == 0) {
            return false;
        }
        switch (event.what()) {
            case Changed.User(var id) -> sharedTokens.drop(session, id);
            case Changed.Account(var id) -> sharedTokens.drop(session, id);
        }
        return true;
    }

    private static Object[] columns(Change event) {
        return switch (event.what()) {
            case Changed.User(var id) -> new Object[] {event.id().toString(), id.toString(), null};
            case Changed.Account(var id) -> new Object[] {event.id().toString(), null, id.toString()};
        };
    }

    private void takeEffect(UUID event, Changed what) {
        if (effective.asMap().putIfAbsent(event, true) == null) {
            switch (what) {
                case Changed.User(var id) -> links.unsettle(id);
                case Changed.Account(var id) -> links.unsettle(id);
            }
        }
    }

    @Scheduled(every = "1s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void lookEachSecond() {
        if (!signature.canBeChecked() || database.isAway()) {
            return;
        }
        try {
            look();
            cleanNowAndThen();
        } catch (StoreUnavailable away) {
            // The next look goes back to the last one that succeeded.
        }
    }

    /** Takes what other replicas have been told since the last look. */
    private synchronized void look() {
        var began = ticker.read();
        var since = Duration.ofNanos(began - lastLook).plus(OVERLAP);
        for (var page = page(since, ""); !page.isEmpty(); page = page(since, page.getLast().id)) {
            page.forEach(row -> row.what.ifPresent(changed -> takeEffect(UUID.fromString(row.id), changed)));
        }
        lastLook = began;
    }

    private List<Told> page(Duration since, String after) {
        return database.rows("recent_events", Told::of, recent, since.toMillis(), after, PAGE);
    }

    private void cleanNowAndThen() {
        var now = clock.instant();
        if (!Window.of(lastCleaning, BETWEEN_CLEANINGS).contains(now)) {
            lastCleaning = now;
            database.update("clean_events", clean, KEPT.toMillis(), MOST);
        }
    }

    /** @param what empty for a row that a newer broker has written */
    private record Told(String id, Optional<Changed> what) {

        static Told of(ResultSet row) throws SQLException {
            var user = Optional.ofNullable(row.getString("user_id"))
                    .<Changed>map(id -> new Changed.User(UUID.fromString(id)));
            var account = Optional.ofNullable(row.getString("account_id"))
                    .flatMap(AccountId::parse)
                    .<Changed>map(Changed.Account::new);
            return new Told(row.getString("event_id"), user.or(() -> account));
        }
    }
}
