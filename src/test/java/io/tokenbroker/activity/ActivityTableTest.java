package io.tokenbroker.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tokenbroker.activity.ActivityTable.Cursor;
import io.tokenbroker.activity.ActivityTable.Row;
import io.tokenbroker.activity.Addition.Times;
import io.tokenbroker.activity.Use.UsedLink;
import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.link.AccountId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table does the same in either database. */
@Timeout(60)
class ActivityTableTest {

    private static final Instant NOW = Instant.parse("2026-03-10T16:15:50.123Z");

    private final String identity = UUID.randomUUID().toString();
    private final Link link = link(UUID.randomUUID(), Optional.of(NOW.minusSeconds(60)));

    @ParameterizedTest
    @EnumSource(Engines.class)
    void whatReplicasAddIsAddedUpInOneRow(Engines engine) {
        var tables = List.of(table(engine), table(engine));
        var writes = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    var uses = new HashMap<Use, Times>();
                    for (var resource = 0; resource < 30; resource++) {
                        uses.put(use("demo", "r" + resource), new Times(2, NOW.plusSeconds(i), NOW.plusSeconds(i + 1)));
                    }
                    tables.get(i % 2).add(uses);
                }))
                .toList();
        writes.forEach(CompletableFuture::join);

        assertThat(rows(engine, link))
                .hasSize(30)
                .allSatisfy(row -> assertThat(row.count()).isEqualTo(40))
                .allSatisfy(row -> assertThat(row.firstAt()).isEqualTo(NOW))
                .allSatisfy(row -> assertThat(row.lastAt()).isEqualTo(NOW.plusSeconds(20)));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void anotherLinkOrOwnerHasNoneOfIt(Engines engine) {
        table(engine).add(once(use("demo", "r"), NOW));

        assertThat(rows(engine, link)).hasSize(1);
        assertThat(rows(engine, link(link.userId(), Optional.of(NOW)))).isEmpty();
        assertThat(rows(engine, link(link.userId(), Optional.empty()))).isEmpty();
        assertThat(rows(engine, link(UUID.randomUUID(), link.insertedAt()))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void aUseOfUnknownLinkIsThatOfTheGrantsRowOrNone(Engines engine) {
        var use = new Use("demo", AccountId.of(link), Optional.empty(), "r", Door.REST, "forbidden");
        table(engine).add(once(use, NOW));
        assertThat(rows(engine, link)).isEmpty();

        beginGrant(engine, link);
        table(engine).add(once(use, NOW));
        table(engine).add(once(use, NOW.plusSeconds(1)));

        assertThat(rows(engine, link))
                .containsExactly(new Row("demo", "r", "rest", "forbidden", 2, NOW, NOW.plusSeconds(1)));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void aUseOfUnknownLinkIsNoneOfALaterOwner(Engines engine) {
        var later = link(UUID.randomUUID(), Optional.of(NOW));
        beginGrant(engine, later);
        var use = new Use("demo", AccountId.of(link), Optional.empty(), "r", Door.REST, "forbidden");

        table(engine).add(once(use, NOW.minusMillis(1)));
        assertThat(rows(engine, later)).isEmpty();

        table(engine).add(once(use, NOW));
        assertThat(rows(engine, later)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void pagesHaveEachRowOnceTheLastUsedFirst(Engines engine) {
        var uses = new HashMap<Use, Times>();
        for (var i = 0; i < 25; i++) {
            // Several at the same instant, and two clients.
            uses.putAll(once(use(i % 2 == 0 ? "a" : "b", "r" + i), NOW.plusSeconds(i / 5)));
        }
        table(engine).add(uses);

        var found = new ArrayList<Row>();
        var cursor = Cursor.FIRST;
        for (var page = page(engine, cursor); !page.isEmpty(); page = page(engine, cursor)) {
            found.addAll(page);
            cursor = page.getLast().cursor();
        }

        assertThat(found).hasSize(25).doesNotHaveDuplicates();
        assertThat(found).extracting(Row::lastAt).isSortedAccordingTo((one, other) -> other.compareTo(one));
        assertThat(table(engine).page(link, Optional.of("a"), NOW, Cursor.FIRST, 100))
                .hasSize(13)
                .allSatisfy(row -> assertThat(row.client()).isEqualTo("a"));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void theOldestGo(Engines engine) {
        var uses = new HashMap<Use, Times>();
        for (var i = 0; i < ActivityTable.ROWS_OF_AN_ACCOUNT + 10; i++) {
            uses.putAll(once(use("demo", "r" + i), NOW.plusSeconds(i)));
        }
        table(engine).add(uses);

        table(engine).trim(NOW.plusSeconds(5_000));
        assertThat(rows(engine, link)).hasSize(ActivityTable.ROWS_OF_AN_ACCOUNT + 10);
        table(engine).trim(NOW.plusSeconds(2_000));

        assertThat(rows(engine, link)).hasSize(ActivityTable.ROWS_OF_AN_ACCOUNT);
        assertThat(rows(engine, link).getLast().lastAt()).isEqualTo(NOW.plusSeconds(10));

        var later = NOW.plusSeconds(500).plus(ActivityTable.KEPT);
        assertThat(table(engine).page(link, Optional.empty(), later, Cursor.FIRST, 2_000))
                .hasSize(510);
        table(engine).dropOld(later);
        assertThat(rows(engine, link)).hasSize(510);
        table(engine).dropOld(later.plus(Duration.ofDays(1)));
        assertThat(rows(engine, link)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void refusalsGoBeforeTokensAndNeverMoreStayThanMay(Engines engine) {
        var uses = new HashMap<Use, Times>();
        for (var outcome : List.of("refresh", "cache", "stale")) {
            var old = new Use("demo", AccountId.of(link), Optional.of(UsedLink.of(link)), "r", Door.REST, outcome);
            uses.putAll(once(old, NOW));
        }
        // All in one instant: what is used last is no order of them.
        for (var i = 0; i < ActivityTable.ROWS_OF_AN_ACCOUNT + 200; i++) {
            var refused = new Use(
                    "made up", AccountId.of(link), Optional.of(UsedLink.of(link)), "r" + i, Door.REST, "forbidden");
            uses.putAll(once(refused, NOW.plusSeconds(60)));
        }
        table(engine).add(uses);
        var other = link(UUID.randomUUID(), UUID.randomUUID().toString(), Optional.of(NOW));
        var ofOther =
                new Use("demo", AccountId.of(other), Optional.of(UsedLink.of(other)), "r", Door.REST, "forbidden");
        table(engine).add(once(ofOther, NOW));

        table(engine).trim(NOW.plusSeconds(61));

        assertThat(rows(engine, link)).hasSize(ActivityTable.ROWS_OF_AN_ACCOUNT);
        assertThat(rows(engine, link).stream().filter(row -> row.client().equals("demo")))
                .hasSize(3);
        assertThat(rows(engine, other)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void aFloodOfOneClientsRefusalsRemovesNoOthers(Engines engine) {
        var uses = new HashMap<Use, Times>();
        for (var i = 0; i < ActivityTable.ROWS_OF_AN_ACCOUNT + 200; i++) {
            uses.putAll(once(refusal("flooding", "r" + i), NOW.plusSeconds(60 + i)));
        }
        for (var i = 0; i < 10; i++) {
            uses.putAll(once(refusal("quiet", "r" + i), NOW));
        }
        table(engine).add(uses);

        table(engine).trim(NOW.plusSeconds(61));

        var left = rows(engine, link);
        assertThat(left).hasSize(ActivityTable.ROWS_OF_AN_ACCOUNT);
        assertThat(left.stream().filter(row -> row.client().equals("quiet"))).hasSize(10);
        assertThat(left.stream().filter(row -> row.client().equals("flooding")))
                .extracting(Row::lastAt)
                .allSatisfy(at -> assertThat(at).isAfterOrEqualTo(NOW.plusSeconds(60 + 210)));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void amongManyAccountsThoseThatHaveTooMuchAreFound(Engines engine) {
        var uses = new HashMap<Use, Times>();
        var links = IntStream.range(0, 250)
                .mapToObj(i -> link(link.userId(), UUID.randomUUID().toString(), Optional.of(NOW)))
                .toList();
        for (var one : links) {
            uses.putAll(once(used(one, "r"), NOW));
        }
        var crowded = List.of(links.get(17), links.get(200));
        for (var one : crowded) {
            for (var i = 0; i < ActivityTable.ROWS_OF_AN_ACCOUNT + 5; i++) {
                uses.putAll(once(used(one, "r" + i), NOW));
            }
        }
        table(engine).add(uses);

        table(engine).trim(NOW.plusSeconds(1));

        assertThat(links)
                .allSatisfy(one -> assertThat(rows(engine, one))
                        .hasSize(crowded.contains(one) ? ActivityTable.ROWS_OF_AN_ACCOUNT : 1));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void theLongestOfAllFits(Engines engine) {
        var longest = new Link(
                UUID.randomUUID(),
                "p",
                "\u4e16".repeat(255),
                UUID.randomUUID(),
                "d",
                Optional.empty(),
                Optional.of(NOW),
                Optional.empty());
        var use = new Use(
                "c".repeat(64),
                AccountId.of(longest),
                Optional.of(UsedLink.of(longest)),
                random(700),
                Door.MANAGED_IDENTITY,
                "reauthorization_required");

        table(engine).add(once(use, NOW));

        assertThat(rows(engine, longest)).hasSize(1);
    }

    /** PostgreSQL refuses such a value, SQLite takes it. */
    @ParameterizedTest
    @EnumSource(Engines.class)
    void aValueThatNoColumnTakesIsNoOutage(Engines engine) {
        for (var i = 0; i < 3; i++) {
            var thrown = catchThrowable(
                    () -> table(engine).page(link, Optional.empty(), NOW, new Cursor(1, "\u0000", "", "", ""), 1));

            assertThat(thrown == null).isEqualTo(engine == Engines.SQLITE);
            assertThat(engine.database().isAway()).isFalse();
        }

        table(engine).add(once(use("demo", "r"), NOW));
        assertThat(rows(engine, link)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void aTransactionThatWasRefusedLeavesNothing(Engines engine) {
        var uses = new HashMap<Use, Times>();
        uses.putAll(once(use("a", "r"), NOW));
        uses.putAll(once(use("b", "\u0000"), NOW));

        var thrown = catchThrowable(() -> table(engine).add(uses));

        assertThat(rows(engine, link)).hasSize(thrown == null ? 2 : 0);
        assertThat(uses).hasSize(thrown == null ? 0 : 2);
        assertThat(engine.database().isAway()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void whatIsWrittenBeforeARefusedTransactionIsNotWrittenAgain(Engines engine) {
        var uses = new HashMap<Use, Times>();
        for (var i = 0; i < 200; i++) {
            uses.putAll(once(use("a", "r" + i), NOW));
        }
        uses.putAll(once(use("b", "r"), NOW));
        var refused = use("c", "\u0000");
        uses.putAll(once(refused, NOW));

        var thrown = catchThrowable(() -> table(engine).add(uses));
        assertThat(rows(engine, link)).hasSize(thrown == null ? 202 : 200);
        assertThat(uses).hasSize(thrown == null ? 0 : 2);
        uses.remove(refused);
        table(engine).add(uses);

        assertThat(uses).isEmpty();
        assertThat(rows(engine, link))
                .filteredOn(row -> !row.client().equals("c"))
                .hasSize(201)
                .allSatisfy(row -> assertThat(row.count()).isEqualTo(1));
    }

    @ParameterizedTest
    @EnumSource(Engines.class)
    void usesOfKnownAndOfUnknownLinksAreAddedTogether(Engines engine) {
        beginGrant(engine, link);
        var uses = new HashMap<Use, Times>();
        for (var resource : List.of("r1", "r2", "r3")) {
            uses.putAll(once(use("demo", resource), NOW));
            uses.putAll(
                    once(new Use("demo", AccountId.of(link), Optional.empty(), resource, Door.REST, "forbidden"), NOW));
        }

        table(engine).add(uses);

        assertThat(rows(engine, link)).hasSize(6).extracting(Row::count).containsOnly(1L);
    }

    private static void beginGrant(Engines engine, Link link) {
        engine.database()
                .update(
                        "begin",
                        "INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version, lease_until, status, status_since, consecutive_failures, next_look_at)"
                                + " VALUES (?, ?, ?, 'r', ?, 0, 1, 0, 'active', 0, 0, 0)",
                        AccountId.of(link).toString(),
                        link.userId().toString(),
                        link.linkedAt().toEpochMilli(),
                        new byte[1]);
    }

    /** A database packs what repeats itself. */
    private static String random(int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(UUID.randomUUID());
        }
        return text.substring(0, length);
    }

    private Use use(String client, String resource) {
        return new Use(client, AccountId.of(link), Optional.of(UsedLink.of(link)), resource, Door.REST, "refresh");
    }

    private Use refusal(String client, String resource) {
        return new Use(client, AccountId.of(link), Optional.of(UsedLink.of(link)), resource, Door.REST, "forbidden");
    }

    private static Use used(Link link, String resource) {
        return new Use("demo", AccountId.of(link), Optional.of(UsedLink.of(link)), resource, Door.REST, "refresh");
    }

    private static Map<Use, Times> once(Use use, Instant at) {
        return new HashMap<>(Map.of(use, new Times(1, at, at)));
    }

    private static ActivityTable table(Engines engine) {
        return new ActivityTable(engine.database());
    }

    private static List<Row> rows(Engines engine, Link link) {
        return table(engine).page(link, Optional.empty(), NOW, Cursor.FIRST, 2_000);
    }

    private List<Row> page(Engines engine, Cursor after) {
        return table(engine).page(link, Optional.empty(), NOW, after, 4);
    }

    private Link link(UUID user, Optional<Instant> linkedAt) {
        return link(user, identity, linkedAt);
    }

    private static Link link(UUID user, String identity, Optional<Instant> linkedAt) {
        return new Link(new UUID(7, 7), "p", identity, user, "d", Optional.empty(), linkedAt, Optional.empty());
    }
}
