package io.tokenbroker.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.database.Database;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.database.TestDatabases;
import io.tokenbroker.grant.GrantStore.Held;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.link.Remembered.SignIn;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.TestSealers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in the rows of each engine: sealed values in their place, and no lock that outlives its statement. */
@Timeout(60)
class JdbcGrantStoreTest {

    private static final String MAIL = "mail";

    private final SignIn signIn = Samples.signIn();

    @ParameterizedTest
    @EnumSource
    void noTokenIsReadableInTheTables(Engines engine) {
        var store = TestStores.of(engine.database());
        store.startOver(signIn, 0, false);
        keep(store, leased(store, signIn), "the next refresh token");

        assertThat(bytes(engine.database(), "grants", "refresh_token")).doesNotContain("refresh token");
        assertThat(bytes(engine.database(), "access_tokens", "access_token")).doesNotContain("access");
    }

    @ParameterizedTest
    @EnumSource
    void valuesOfTwoRowsThatAreSwappedDoNotOpen(Engines engine) {
        var database = engine.database();
        var store = TestStores.of(database);
        var other = Samples.signIn();
        for (var each : List.of(signIn, other)) {
            store.startOver(each, 0, false);
            keep(store, leased(store, each), "next");
        }

        swap(database, other, "grants", "refresh_token");
        swap(database, other, "access_tokens", "access_token");

        assertThatThrownBy(() -> leased(store, signIn)).isInstanceOf(StoreUnavailable.class);
        assertThatThrownBy(() -> store.holds(other.account(), Secret.of("next")))
                .isInstanceOf(StoreUnavailable.class);
        assertThat(row(store, signIn).token()).isEmpty();
        assertThat(row(store, other).token()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anAccessTokenOfAnotherTargetLinkOrSignInDoesNotOpen(Engines engine) {
        var database = engine.database();
        var store = TestStores.of(database);
        store.startOver(signIn, 0, false);
        keep(store, leased(store, signIn), "next");

        set(database, "access_tokens", "target = 'calendar'");

        assertThat(GrantStoreContract.counting(store.look(signIn, "calendar")).token())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anAccessTokenIsShownOnlyToTheUserLinkAndSignInOfItsGrant(Engines engine) {
        var database = engine.database();
        var store = TestStores.of(database);
        store.startOver(signIn, 0, false);
        keep(store, leased(store, signIn), "next");
        assertThat(row(store, signIn).token()).isPresent();

        // As a defect or an old replica might leave them: the row is of one link, its access token of another.
        for (var change : List.of(
                "user_id = '" + UUID.randomUUID() + "'", "linked_at = linked_at + 1", "root = 'of another sign-in'")) {
            var before = values(database, "access_tokens");
            set(database, "access_tokens", change);
            assertThat(row(store, signIn).token()).as(change).isEmpty();
            restore(database, before);
            assertThat(row(store, signIn).token()).as("without " + change).isPresent();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aValueUnderAnUnknownKeyIsNoReasonToStartOver(Engines engine) {
        var database = engine.database();
        var ours = TestStores.of(database, TestSealers.with("ours"));
        var without = TestStores.of(database, TestSealers.with("another"));
        ours.startOver(signIn, 0, false);
        keep(ours, leased(ours, signIn), "next");
        var before = values(database, "grants");
        var version = ours.version(signIn.account());

        assertThatThrownBy(() -> lease(without, signIn, version)).isInstanceOf(StoreUnavailable.class);
        assertThatThrownBy(() -> without.holds(signIn.account(), Secret.of("next")))
                .isInstanceOf(StoreUnavailable.class);
        assertThat(row(without, signIn).token()).isEmpty();
        assertThat(without.startOver(signIn, version, false)).isFalse();

        assertThat(values(database, "grants")).isEqualTo(before);
        assertThat(row(ours, signIn).token()).isPresent();
        assertThat(leased(ours, signIn).refreshToken().reveal()).isEqualTo("next");
    }

    @ParameterizedTest
    @EnumSource
    void keyRotationStartsNothingOver(Engines engine) {
        var database = engine.database();
        var old = TestStores.of(database, TestSealers.with("old"));
        var oldThatKnowsTheNew = TestStores.of(database, TestSealers.with("old", "new"));
        var rotated = TestStores.of(database, TestSealers.with("new", "old"));
        var accounts = IntStream.range(0, 25).mapToObj(i -> Samples.signIn()).toList();
        accounts.forEach(each -> {
            old.startOver(each, 0, false);
            keep(old, leased(old, each), "0.1");
        });

        // A rolling restart: both are at work, and each finds what the other has written.
        for (var each : accounts) {
            assertThat(row(rotated, each).token()).isPresent();
            keep(rotated, leased(rotated, each), "0.2");
            assertThat(row(oldThatKnowsTheNew, each).token()).isPresent();
            assertThat(oldThatKnowsTheNew.startOver(each, old.version(each.account()), false))
                    .isFalse();
            var held = leased(oldThatKnowsTheNew, each);
            assertThat(held.refreshToken().reveal()).isEqualTo("0.2");
            keep(oldThatKnowsTheNew, held, "0.3");
            assertThat(leased(rotated, each).refreshToken().reveal()).isEqualTo("0.3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseIsThereForOthersBeforeItsHolderHearsOfIt(Engines engine) {
        var place = engine.newPlace();
        var one = engine.open(place);
        var other = engine.open(place);
        try {
            var held = begin(TestStores.of(one));
            for (var i = 1; i <= 20; i++) {
                assertThat(row(TestStores.of(other), signIn).lease()).isPresent();
                keep(TestStores.of(one), held, "0." + i);
                held = leased(TestStores.of(one), signIn);
            }
        } finally {
            TestDatabases.close(one);
            TestDatabases.close(other);
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoProcessesOnOneDatabaseSpendEachTokenOnce(Engines engine) {
        var place = engine.newPlace();
        var processes = List.of(engine.open(place), engine.open(place));
        try {
            var stores = processes.stream().map(TestStores::of).toList();
            stores.getFirst().startOver(signIn, 0, false);
            var spent = new ConcurrentLinkedQueue<String>();
            var next = new AtomicInteger();
            atOnce(4, i -> {
                while (spent.size() < 25) {
                    refresh(stores.get(i % 2), spent, next);
                }
                return i;
            });

            assertThat(spent).doesNotHaveDuplicates().contains("0.0", "0.1", "0.20");
        } finally {
            processes.forEach(TestDatabases::close);
        }
    }

    private void refresh(GrantStore store, ConcurrentLinkedQueue<String> spent, AtomicInteger next) {
        lease(store, signIn, store.version(signIn.account())).ifPresent(held -> {
            spent.add(held.refreshToken().reveal());
            keep(store, held, "0." + next.incrementAndGet());
        });
    }

    @Test
    void losersHoldNoRowLock() {
        var store = TestStores.of(Engines.POSTGRESQL.database());
        store.startOver(signIn, 0, false);
        var held = leased(store, signIn);
        var version = held.version();
        var done = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiters = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> {
                                while (!done.get()) {
                                    lease(store, signIn, version);
                                    row(store, signIn);
                                }
                            },
                            threads))
                    .toList();
            try {
                for (var i = 1; i <= 20; i++) {
                    var began = System.nanoTime();
                    keep(store, held, "0." + i);
                    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
                    held = leased(store, signIn);
                }
            } finally {
                done.set(true);
            }
            waiters.forEach(CompletableFuture::join);
        }
    }

    private Held begin(GrantStore store) {
        store.startOver(signIn, 0, false);
        return leased(store, signIn);
    }

    private static Held leased(GrantStore store, SignIn signIn) {
        return lease(store, signIn, store.version(signIn.account())).orElseThrow();
    }

    private static Optional<Held> lease(GrantStore store, SignIn signIn, long version) {
        return store.lease(signIn, version, UUID.randomUUID().toString(), Samples.LEASE, false);
    }

    private static void keep(GrantStore store, Held held, String token) {
        assertThat(store.keep(
                        held, Secret.of(token), Optional.of(Samples.target(MAIL, "an access token")), Samples.NOW))
                .isTrue();
    }

    private static Look.Counting row(GrantStore store, SignIn signIn) {
        return GrantStoreContract.counting(store.look(signIn, MAIL));
    }

    private static <T> void atOnce(int callers, IntFunction<T> work) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = IntStream.range(0, callers)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> work.apply(i), threads))
                    .toList();
            all.forEach(CompletableFuture::join);
        }
    }

    /** As characters of one byte each. */
    private String bytes(Database database, String table, String column) {
        var sql = "SELECT %s FROM %s WHERE account_id = ?".formatted(column, table);
        return database.run("test", session -> session.first(row -> row.getBytes(1), sql, id(signIn)))
                .map(value -> new String(value, StandardCharsets.ISO_8859_1))
                .orElseThrow();
    }

    private void swap(Database database, SignIn other, String table, String column) {
        var read = "SELECT %s FROM %s WHERE account_id = ?".formatted(column, table);
        var write = "UPDATE %s SET %s = ? WHERE account_id = ?".formatted(table, column);
        database.transaction("test", session -> {
            var mine = session.first(row -> row.getBytes(1), read, id(signIn)).orElseThrow();
            var theirs = session.first(row -> row.getBytes(1), read, id(other)).orElseThrow();
            return session.update(write, theirs, id(signIn)) + session.update(write, mine, id(other));
        });
    }

    private void set(Database database, String table, String change) {
        var sql = "UPDATE %s SET %s WHERE account_id = ?".formatted(table, change);
        assertThat(database.<Integer>run("test", session -> session.update(sql, id(signIn))))
                .isEqualTo(1);
    }

    private void restore(Database database, Row row) {
        database.run(
                "test",
                session -> session.update(
                        "UPDATE access_tokens SET user_id = ?, linked_at = ?, root = ? WHERE account_id = ?",
                        row.userId(),
                        row.linkedAt(),
                        row.root(),
                        id(signIn)));
    }

    /** What two tables have in common, and for grants the rest. */
    private record Row(
            String userId,
            long linkedAt,
            String root,
            long version,
            @Nullable String owner,
            String status) {}

    private Row values(Database database, String table) {
        var rest = table.equals("grants") ? "version, lease_owner, status" : "0, NULL, ''";
        var sql = "SELECT user_id, linked_at, root, %s FROM %s WHERE account_id = ?".formatted(rest, table);
        return database.run(
                        "test",
                        session -> session.first(
                                row -> new Row(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getString(3),
                                        row.getLong(4),
                                        row.getString(5),
                                        row.getString(6)),
                                sql,
                                id(signIn)))
                .orElseThrow();
    }

    private static String id(SignIn signIn) {
        return signIn.account().toString();
    }
}
