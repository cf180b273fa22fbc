package io.tokenbroker.event;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.virtual.threads.VirtualThreads;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
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
            WHERE provider_id = ? AND status = 'misconfigured'""";

    private final Database database;
    private final Outbox outbox;
    private final ExecutorService threads;
    private final Clock clock;
    private volatile Set<UUID> misconfigured = Set.of();

    ProviderStates(Database database, Outbox outbox, @VirtualThreads ExecutorService threads, Clock clock) {
        this.database = database;
        this.outbox = outbox;
        this.threads = threads;
        this.clock = clock;
    }

    /** A refresh was refused for a reason that holds for the whole provider, and the settings are what they were. */
    public void noteMisconfigured(UUID provider, String reason) {
        if (!misconfigured.contains(provider)) {
            change(
                    Event.ofProvider(Event.Type.PROVIDER_MISCONFIGURED, provider, Optional.of(reason)),
                    MISCONFIGURED,
                    provider.toString(),
                    clock.millis());
        }
    }

    /** A refresh came back with tokens. Costs a look into memory unless the provider is known to be misconfigured. */
    public void noteWorking(UUID provider) {
        if (misconfigured.contains(provider)) {
            change(
                    Event.ofProvider(Event.Type.PROVIDER_RECOVERED, provider, Optional.empty()),
                    WORKING,
                    clock.millis(),
                    provider.toString());
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
        try {
            misconfigured = database
                    .rows(
                            "provider_states",
                            row -> UUID.fromString(row.getString("provider_id")),
                            "SELECT provider_id FROM provider_states WHERE status = 'misconfigured'")
                    .stream()
                    .collect(Collectors.toUnmodifiableSet());
        } catch (StoreUnavailable away) {
            // What was seen last stands until the store is back.
        }
    }
}
