package io.tokenbroker.event;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Which providers refuse the broker's client, as all replicas see it. The one that changes the row tells of it; a refresh does
 * not wait for that.
 */
@Singleton
public class ProviderStates {

    private static final Logger LOG = Logger.getLogger(ProviderStates.class);

    private static final String MISCONFIGURED = """
            INSERT INTO provider_states (provider_id, status, status_since) VALUES (?, 'misconfigured', ?)
            ON CONFLICT (provider_id) DO UPDATE SET status = excluded.status, status_since = excluded.status_since
            WHERE provider_states.status <> 'misconfigured'""";

    private static final String WORKING = """
            UPDATE provider_states SET status = 'working', status_since = ?
            WHERE provider_id = ? AND status = 'misconfigured' AND status_since <= ?""";

    /** While a provider takes one request and refuses the next, as replicas with two secrets do, it does not work. */
    private static final Duration SETTLED = Duration.ofMinutes(5);

    private final Database database;
    private final Outbox outbox;
    private final ExecutorService threads;
    private final Clock clock;
    private final boolean isWanted;
    private volatile Map<UUID, Instant> misconfigured = Map.of();

    ProviderStates(Database database, Outbox outbox, @VirtualThreads ExecutorService threads, Clock clock) {
        this.database = database;
        this.outbox = outbox;
        this.threads = threads;
        this.clock = clock;
        this.isWanted =
                outbox.isWanted(Event.Type.PROVIDER_MISCONFIGURED) || outbox.isWanted(Event.Type.PROVIDER_RECOVERED);
    }

    /** A refresh was refused for a reason that holds for the whole provider, and the settings are what they were. */
    public void noteMisconfigured(UUID provider, String reason) {
        if (isWanted && !misconfigured.containsKey(provider)) {
            change(
                    Event.ofProvider(Event.Type.PROVIDER_MISCONFIGURED, provider, Optional.of(reason)),
                    MISCONFIGURED,
                    provider.toString(),
                    clock.millis());
        }
    }

    /** A refresh came back with tokens. Costs a look into memory unless the provider is known to be misconfigured. */
    public void noteWorking(UUID provider) {
        var since = misconfigured.get(provider);
        if (since == null) {
            return;
        }
        var now = clock.instant();
        var settled = now.minus(SETTLED);
        if (!since.isAfter(settled)) {
            change(
                    Event.ofProvider(Event.Type.PROVIDER_RECOVERED, provider, Optional.empty()),
                    WORKING,
                    now.toEpochMilli(),
                    provider.toString(),
                    settled.toEpochMilli());
        }
    }

    private void change(Event event, String sql, Object... values) {
        threads.execute(() -> {
            try {
                database.transaction("provider_state", session -> {
                    var isNews = session.update(sql, values) == 1;
                    if (isNews) {
                        outbox.add(session, event);
                    }
                    return isNews;
                });
                look();
            } catch (StoreUnavailable away) {
                LOG.debugf("The state of provider %s is noted with the next refresh", event.subject());
            }
        });
    }

    /** What other replicas have noted. */
    @Scheduled(every = "10s", delayed = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        if (!isWanted) {
            return;
        }
        try {
            misconfigured = database
                    .rows(
                            "provider_states",
                            row -> Map.entry(
                                    UUID.fromString(row.getString("provider_id")),
                                    Instant.ofEpochMilli(row.getLong("status_since"))),
                            "SELECT provider_id, status_since FROM provider_states WHERE status = 'misconfigured'")
                    .stream()
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
        } catch (StoreUnavailable away) {
            // What was seen last stands until the store is back.
        }
    }
}
