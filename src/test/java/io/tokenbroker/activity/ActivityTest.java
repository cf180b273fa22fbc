package io.tokenbroker.activity;

import static io.tokenbroker.support.Json.at;
import static io.tokenbroker.support.Json.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.mint.Minting;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has used an account, as its person and the clients see it. */
@QuarkusTest
class ActivityTest extends BrokerTest {

    private static final String ACTIVITY = "/accounts/{id}/activity";
    private static final String VAULT = "https://vault.azure.net";

    private static final String ALICE = FusionAuthStandIn.ALICE_ID.toString();

    /** So many rows of one account, each of another resource. */
    private static final String MANY = """
            WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ?)
            INSERT INTO activity (account_id, user_id, linked_at, client, resource, door, outcome, uses, first_at, last_at)
            SELECT ?, 'u', 0, 'demo', 'r' || n, 'rest', 'forbidden', 1, ?, ? FROM many""";

    private final Uses uses;
    private final ActivityTable table;
    private final MeterRegistry metrics;
    private final Clock clock;

    @Inject
    ActivityTest(Uses uses, ActivityTable table, MeterRegistry metrics, Clock clock) {
        this.uses = uses;
        this.table = table;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Test
    void aPersonSeesWhoGotTokensForWhatAndWhatWasRefused() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        var before = Instant.now();
        for (var i = 0; i < 4; i++) {
            Minting.mint(account, Minting.ARM).then().statusCode(200);
        }
        Minting.mint(account, VAULT).then().statusCode(403);
        Minting.mint(account, VAULT).then().statusCode(403);

        var seen = activity(account);

        assertThat(words(seen))
                .containsExactlyInAnyOrder(
                        "demo " + Minting.ARM + " rest refresh 1",
                        "demo " + Minting.ARM + " rest cache 3",
                        "demo " + VAULT + " rest consent_required 2");
        List<String> instants = at(seen, "activity[*].last_at");
        assertThat(instants).allSatisfy(at -> assertThat(Instant.parse(at)).isAfter(before.minusSeconds(6)));
        seen.then().body(json("next", equalTo(null)));
    }

    @Test
    void whatWasReadAMomentAgoShowsWhatHasHappenedSince() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        assertThat(words(activity(account))).containsExactly("demo " + Minting.ARM + " rest refresh 1");

        Minting.mint(account, Minting.ARM).then().statusCode(200);
        Minting.mint(account, VAULT).then().statusCode(403);

        assertThat(words(activity(account)))
                .containsExactlyInAnyOrder(
                        "demo " + Minting.ARM + " rest refresh 1",
                        "demo " + Minting.ARM + " rest cache 1",
                        "demo " + VAULT + " rest consent_required 1");
    }

    @Test
    void countsGoOnOverTime() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mintAnew(account, Minting.ARM).then().statusCode(200);
        activity(account);
        TestTime.advance(Duration.ofDays(2));

        Minting.mintAnew(account, Minting.ARM).then().statusCode(200);

        var seen = activity(account);
        assertThat(words(seen)).containsExactly("demo " + Minting.ARM + " rest refresh 2");
        assertThat(Duration.between(
                        Instant.parse(at(seen, "activity[0].first_at")),
                        Instant.parse(at(seen, "activity[0].last_at"))))
                .isGreaterThan(Duration.ofDays(1));
    }

    @Test
    void aNewLinkBeginsWithNone() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        assertThat(words(activity(account))).hasSize(1);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
        TestTime.advance(Duration.ofSeconds(2));

        assertThat(Broker.link(Sandbox.CONTOSO, Minting.BLAKE)).isEqualTo(account);

        assertThat(words(activity(account))).isEmpty();
    }

    @Test
    void hitsOfANewLinkAreNotAddedToThoseOfTheOld() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);
        TestTime.advance(Duration.ofSeconds(2));
        assertThat(Broker.link(Sandbox.CONTOSO, Minting.BLAKE)).isEqualTo(account);

        Minting.mint(account, Minting.ARM).then().statusCode(200);
        Minting.mint(account, Minting.ARM).then().statusCode(200);

        assertThat(words(activity(account)))
                .containsExactlyInAnyOrder(
                        "demo " + Minting.ARM + " rest refresh 1", "demo " + Minting.ARM + " rest cache 1");
    }

    @Test
    void nobodyElseSeesIt() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);

        Broker.user(FusionAuthStandIn.ZOE_ID)
                .get(ACTIVITY, account)
                .then()
                .statusCode(404)
                .body(json("code", equalTo("account_not_found")));
        Broker.client()
                .queryParam("user_id", FusionAuthStandIn.ZOE_ID)
                .get(ACTIVITY, account)
                .then()
                .statusCode(404);
        Broker.client().get(ACTIVITY, account).then().statusCode(400);
        Broker.alice().get(ACTIVITY, "acc_x").then().statusCode(404);
    }

    @Test
    void aClientSeesWhatItHasDoneItselfAlone() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        activity(account);
        StoreMemory.database().update("another", "UPDATE activity SET client = 'another'");
        Minting.mint(account, Minting.GRAPH).then().statusCode(200);

        var seen = Broker.client().queryParam("user_id", ALICE).get(ACTIVITY, account);

        seen.then().statusCode(200);
        assertThat(words(seen)).containsExactly("demo " + Minting.GRAPH + " rest refresh 1");
        assertThat(words(activity(account))).hasSize(2);
    }

    @Test
    void itComesInPages() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        for (var resource : List.of(Minting.ARM, Minting.GRAPH, Minting.ORDERS, VAULT)) {
            Minting.mint(account, resource);
        }
        var all = words(activity(account));

        var found = new ArrayList<String>();
        var page = Broker.alice().queryParam("limit", 3).get(ACTIVITY, account);
        found.addAll(words(page));
        assertThat(found).hasSize(3);
        String next = at(page, "next");
        var last =
                Broker.alice().queryParam("limit", 3).queryParam("after", next).get(ACTIVITY, account);
        found.addAll(words(last));

        assertThat(found).hasSize(4).containsExactlyElementsOf(all);
        last.then().body(json("next", equalTo(null)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"limit=0", "limit=1001", "limit=x", "limit=-1", "after=x", "after=%21", "after=MQ", "page=2"})
    void whatIsNoPageIsRefused(String query) {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);

        Broker.alice()
                .get("/accounts/" + account + "/activity?" + query)
                .then()
                .statusCode(400)
                .body(json("code", equalTo("invalid_request")))
                .body(json("errors[0].field", equalTo(query.split("=", 2)[0])));
    }

    @Test
    void aForgedPageIsRefusedAndTheStoreStaysUp() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        for (var parts : List.of("1\n\u0000\n\n\n", "1\na\nb\nc\nd", "-1\n\ud800\n\n\n")) {
            var forged = Base64.getUrlEncoder().withoutPadding().encodeToString(parts.getBytes(UTF_8));

            Broker.alice()
                    .queryParam("after", forged)
                    .get(ACTIVITY, account)
                    .then()
                    .statusCode(400)
                    .body(json("errors[0].field", equalTo("after")));
        }

        assertThat(StoreMemory.database().isAway()).isFalse();
    }

    @Test
    @Timeout(60)
    void aReaderWaitsOnlyAMomentForOneWhoWrites() throws InterruptedException {
        var release = new CountDownLatch(1);
        var holds = new CountDownLatch(1);
        var writer = new Thread(uses::write);
        try (var threads = Executors.newSingleThreadExecutor()) {
            var _ = threads.submit(() -> StoreMemory.database().run("hold", session -> {
                holds.countDown();
                Waiting.until(() -> release.getCount() == 0);
                return 0;
            }));
            holds.await();
            var held = of("nobody");
            uses.add(held, Instant.now());
            writer.start();
            Waiting.until(() -> writer.getState() == Thread.State.WAITING);

            uses.writeToRead(held.account());

            assertThat(writer.isAlive()).isTrue();
            release.countDown();
        }
        writer.join();
        assertThat(StoreMemory.database().isAway()).isFalse();
    }

    @Test
    void aClientThatMakesUpNamesHasOnlySoManyOfThem() {
        var account = Broker.link(Sandbox.CONTOSO, Minting.BLAKE);
        Minting.mint(account, Minting.ARM).then().statusCode(200);
        uses.write();
        var now = clock.instant();
        for (var round = 0; round < 2; round++) {
            for (var i = 0; i < 60; i++) {
                uses.add(
                        new Use(
                                "demo",
                                AccountId.parse(account).orElseThrow(),
                                Optional.empty(),
                                "https://made-up-" + i,
                                Door.REST,
                                "upstream_refused"),
                        now);
            }
        }

        var seen = words(activity(account));

        assertThat(seen.stream().filter(row -> row.contains("made-up")))
                .hasSize(50)
                .allMatch(row -> row.endsWith(" upstream_refused 2"));
        assertThat(seen).contains("demo  rest upstream_refused 20").hasSize(52);

        uses.write();
        Minting.mint(account, VAULT).then().statusCode(403);
        assertThat(words(activity(account))).contains("demo " + VAULT + " rest consent_required 1");
    }

    @Test
    void itIsCleanedInPages() {
        var drops = statements("drop_activity");
        var trims = statements("trim_activity");
        var now = clock.instant();
        var old = now.minus(ActivityTable.KEPT).minusSeconds(60).toEpochMilli();
        StoreMemory.database().update("fill", MANY, 2_500, "of old", old, old);
        StoreMemory.database().update("fill", MANY, 4_500, "crowded", now.toEpochMilli(), now.toEpochMilli());

        table.dropOld(now);
        table.trim(now);

        // The timer may do a part of it.
        assertThat(statements("drop_activity") - drops).isGreaterThanOrEqualTo(3);
        assertThat(statements("trim_activity") - trims).isGreaterThanOrEqualTo(4);
        var left = "SELECT COUNT(*) FROM activity WHERE client = 'demo' AND account_id IN ('of old', 'crowded')";
        assertThat(StoreMemory.database().rows("left", row -> row.getInt(1), left))
                .containsExactly(ActivityTable.ROWS_OF_AN_ACCOUNT);
    }

    private long statements(String operation) {
        return metrics.find("broker.store.operations").tag("operation", operation).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    @Test
    void whatIsLeftOutWhileTooMuchWaitsIsCounted() {
        var counter = metrics.get("broker.activity.dropped").counter();
        var before = counter.count();

        // More than can wait, even if it is written once meanwhile.
        for (var i = 0; i < 45_000; i++) {
            uses.add(of("nobody-" + i), Instant.now());
        }

        assertThat(counter.count() - before).isBetween(5_000.0, 25_000.0);
        uses.write();
    }

    /** Of an account that is none, so that nothing of it is kept. */
    private static Use of(String identity) {
        return new Use(
                "demo",
                new AccountId(Sandbox.CONTOSO, identity),
                Optional.empty(),
                "r",
                Door.REST,
                "account_not_found");
    }

    private static Response activity(String account) {
        var seen = Broker.alice().get(ACTIVITY, account);
        seen.then().statusCode(200);
        return seen;
    }

    private static List<String> words(Response seen) {
        List<Map<String, Object>> rows = at(seen, "activity");
        return rows.stream()
                .map(row -> "%s %s %s %s %s"
                        .formatted(
                                row.get("client"),
                                row.get("resource"),
                                row.get("door"),
                                row.get("outcome"),
                                row.get("count")))
                .toList();
    }
}
