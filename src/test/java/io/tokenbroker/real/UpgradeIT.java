package io.tokenbroker.real;

import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.BrokerVersion;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.support.Waiting;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas on one PostgreSQL are upgraded one after the other, and taken back, while requests come. The next version is this
 * one with a script that adds a table, and a column to a table that is in use.
 */
@Timeout(300)
class UpgradeIT {

    private static final String ADDED = "added_by_the_next_version";

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    private static final PostgresServer POSTGRES = new PostgresServer(Sandbox.stores());

    private final Map<String, String> settings = settings();

    private final List<Replica> replicas = List.of(
            new Replica(new BrokerProcess("upgraded-first", settings), new AtomicInteger()),
            new Replica(new BrokerProcess("upgraded-second", settings), new AtomicInteger()));

    /** Those that a load balancer sends requests to. */
    private final List<Replica> inService = new ArrayList<>();

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger mints = new AtomicInteger();
    private final AtomicInteger links = new AtomicInteger();

    @TempDir
    private Path folder = Path.of("target");

    @AfterAll
    static void stop() {
        POSTGRES.dump(Sandbox.stores().resolve("upgrade-dump.txt"));
        POSTGRES.close();
    }

    @Test
    void versionsServeSideBySideUpAndDownWithoutAFailedRequest() throws SQLException {
        var next = BrokerVersion.withScript(folder, "V900__the_next_version.sql", """
            CREATE TABLE %1$s (id BIGINT NOT NULL PRIMARY KEY);
            ALTER TABLE grants ADD COLUMN %1$s VARCHAR(255);
            """.formatted(ADDED));
        replicas.forEach(replica -> replica.broker().start());
        inService.addAll(replicas);
        var account = link(replicas.getFirst(), Sandbox.CONTOSO, "b@contoso.com");
        var loaded = new AtomicBoolean(true);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // Two who insist: versions contend for one row's lease, and take what the other has shared.
            for (var caller = 0; caller < 2; caller++) {
                threads.execute(() -> repeat(
                        loaded,
                        mints,
                        replica -> replica.api()
                                .mint(account, Map.of("force_refresh", true))
                                .then()
                                .statusCode(200)));
            }
            threads.execute(() -> repeat(loaded, links, replica -> link(replica, Sandbox.CONTOSO, "bea@contoso.com")));
            try {
                serveAWhile();
                restart(replicas.getFirst(), next);
                assertThat(isAdded()).isTrue();
                serveAWhile();
                restart(replicas.getLast(), next);
                serveAWhile();
                restart(replicas.getFirst(), BrokerVersion.THIS);
                serveAWhile();
                restart(replicas.getLast(), BrokerVersion.THIS);
                serveAWhile();
            } finally {
                loaded.set(false);
            }
        } finally {
            replicas.forEach(replica -> replica.broker().close());
        }

        System.out.printf("Up and down again: %d mints and %d links, %s%n", mints.get(), links.get(), failures);
        assertThat(failures).isEmpty();
        assertThat(isAdded()).isTrue();
    }

    /** As an orchestrator does: no new requests, those under way end, another process, requests again once it is ready. */
    private void restart(Replica replica, BrokerVersion version) {
        synchronized (inService) {
            inService.remove(replica);
        }
        Waiting.until(replica::isIdle);
        replica.broker().close();
        replica.broker().ofVersion(version).start();
        synchronized (inService) {
            inService.add(replica);
        }
    }

    /** Statements are prepared on the server after five uses of a connection: some more than that. */
    private void serveAWhile() {
        var minted = mints.get() + 50;
        var linked = links.get() + 3;
        Waiting.until(() -> !failures.isEmpty() || (mints.get() >= minted && links.get() >= linked));
        assertThat(failures).isEmpty();
    }

    private void repeat(AtomicBoolean loaded, AtomicInteger done, Consumer<Replica> work) {
        for (var i = 0; loaded.get(); i++) {
            try {
                var replica = chosen(i);
                try {
                    work.accept(replica);
                } finally {
                    replica.users().decrementAndGet();
                }
                done.incrementAndGet();
            } catch (RuntimeException | AssertionError failed) {
                failures.add(String.valueOf(failed.getMessage()));
            }
        }
    }

    private Replica chosen(int turn) {
        synchronized (inService) {
            var replica = inService.get(turn % inService.size());
            replica.users().incrementAndGet();
            return replica;
        }
    }

    private static String link(Replica replica, UUID provider, String email) {
        var broker = replica.api();
        var started = broker.start(provider, Sandbox.CALLBACK);
        started.then().statusCode(200);
        Response completed = broker.complete(SANDBOX.entra().signIn(at(started, "authorize_url"), email));
        var linked = completed.statusCode() == 202 ? broker.resolve(at(completed, "pending_link_id")) : completed;
        return at(linked.then().statusCode(200).extract(), "account.id");
    }

    private static Map<String, String> settings() {
        var settings = POSTGRES.settings(SANDBOX.settingsOfTheImpatient());
        // To say everything takes longer than to do it.
        settings.put("quarkus.log.level", "INFO");
        return settings;
    }

    private static boolean isAdded() throws SQLException {
        try (var connection = POSTGRES.connect();
                var columns = connection.getMetaData().getColumns(null, null, "grants", ADDED)) {
            return columns.next();
        }
    }

    /** @param users how many requests it has under way */
    private record Replica(BrokerProcess broker, AtomicInteger users) {

        boolean isIdle() {
            return users.get() == 0;
        }

        Api api() {
            return new Api(broker.url(), SANDBOX.fusionAuth());
        }
    }
}
