package io.tokenbroker.keepalive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.grant.GrantSeal;
import io.tokenbroker.grant.TestStores;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.TestSealers;
import io.tokenbroker.support.Waiting;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What keep-alive does to the rows, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class DueGrantsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");
    private static final Instant OLD = NOW.minus(Duration.ofDays(31));
    private static final Instant LIMIT = NOW.minus(Duration.ofDays(30));
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));

    @Parameter
    Engines engine = Engines.SQLITE;

    private GrantRows rows = new GrantRows(engine);

    @BeforeEach
    void begin() {
        rows = new GrantRows(engine);
    }

    @Test
    void aRowIsDueOnceItsTokenIsOldOrItsLinkIsGone() {
        var due = due(NOW);
        var old = rows.issuedAt(OLD);
        rows.issuedAt(NOW);
        var gone = rows.issuedAt(NOW);
        due.gone(found(gone, TOMORROW));

        assertThat(ids(due.due(LIMIT, NOW, Optional.empty(), 100))).containsExactlyInAnyOrder(old, gone);
        assertThat(due.count()).isEqualTo(3);
    }

    @Test
    void dueRowsComeInPages() {
        var due = due(NOW);
        var all = IntStream.range(0, 7).mapToObj(i -> rows.issuedAt(OLD)).toList();
        var found = new ArrayList<AccountId>();
        var page = due.due(LIMIT, NOW, Optional.empty(), 3);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            found.addAll(ids(page));
            page = due.due(LIMIT, NOW, Optional.of(page.getLast().id()), 3);
        }

        assertThat(found).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void ofTwentyWhoFindTheSameRowDueOneLooksAtIt() {
        var due = due(NOW);
        var row = found(rows.issuedAt(OLD), LIMIT);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> due.postpone(row, Duration.ofHours(1)), threads))
                    .toList();
            assertThat(tries.stream().map(CompletableFuture::join)).containsOnlyOnce(true);
        }

        assertThat(due.due(LIMIT, NOW, Optional.empty(), 100)).isEmpty();
        assertThat(ids(due.due(LIMIT, NOW.plus(Duration.ofHours(1)), Optional.empty(), 100)))
                .containsExactly(row.id());
    }

    @Test
    void aRowIsDeletedADayAfterItsLinkHasGone() {
        var id = rows.issuedAt(OLD);
        rows.share(id, NOW);
        assertThat(due(NOW).gone(found(id, LIMIT))).isFalse();

        var noted = found(id, LIMIT);
        assertThat(noted.goneSince()).contains(NOW);
        assertThat(due(NOW.plus(Duration.ofHours(23))).gone(noted)).isFalse();
        assertThat(rows.count("grants", id)).isEqualTo(1);
        assertThat(due(TOMORROW).gone(noted)).isTrue();

        assertThat(rows.count("grants", id)).isZero();
        assertThat(rows.count("access_tokens", id)).isZero();
    }

    @Test
    void aLinkThatIsThereAgainKeepsItsRow() {
        var later = due(NOW.plus(Duration.ofDays(2)));
        var id = rows.issuedAt(OLD);
        due(NOW).gone(found(id, LIMIT));
        var noted = found(id, LIMIT);

        later.isThere(noted);

        assertThat(found(id, LIMIT).goneSince()).isEmpty();
        assertThat(later.gone(noted)).isFalse();
        assertThat(rows.count("grants", id)).isEqualTo(1);
    }

    @Test
    void aRowThatHasChangedSinceItWasSeenIsNeitherNotedNorDeleted() {
        var id = rows.issuedAt(OLD);
        var seen = found(id, LIMIT);
        rows.change(id);

        due(NOW).gone(seen);
        assertThat(found(id, LIMIT).goneSince()).isEmpty();

        due(NOW).gone(found(id, LIMIT));
        var noted = found(id, LIMIT);
        rows.change(id);
        due(NOW).isThere(noted);
        assertThat(due(NOW.plus(Duration.ofDays(2))).gone(noted)).isFalse();
        assertThat(found(id, LIMIT).goneSince()).contains(NOW);
    }

    @Test
    void lookingAfterARowDoesNotDisturbARefresh() {
        var id = rows.issuedAt(OLD);
        var seen = found(id, LIMIT);
        rows.lease(id, 60_000);

        due(NOW).gone(seen);
        due(NOW).isThere(seen);
        due(NOW).postpone(seen, Duration.ofHours(1));

        assertThat(rows.keep(id, seen.version(), "0.1")).isEqualTo(1);
    }

    @Test
    void aMarkedRowIsKnownAsSuch() {
        var id = rows.issuedAt(OLD);
        assertThat(found(id, LIMIT).isMarked()).isFalse();

        rows.mark(id);

        assertThat(found(id, LIMIT).isMarked()).isTrue();
    }

    @Test
    void rowsUnderAnOldKeyAreSealedAnewAndKeepTheirVersion() {
        var ids = IntStream.range(0, 5).mapToObj(i -> rows.issuedAt(NOW)).toList();
        var due = due(NOW, "new", "old");
        assertThat(due.underOtherKeys()).isEqualTo(5);

        var last = due.reseal(Optional.empty(), 2);
        assertThat(due.underOtherKeys()).isEqualTo(3);
        while (last.isPresent()) {
            last = due.reseal(last, 2);
        }

        assertThat(due.underOtherKeys()).isZero();
        assertThat(ids).allSatisfy(id -> {
            assertThat(rows.version(id)).isEqualTo(1000);
            assertThat(rows.token(id, "new")).contains(Secret.of("0.0"));
        });
    }

    @Test
    void aRowUnderALostKeyStaysAsItIs() {
        var id = rows.issuedAt(NOW);
        var due = due(NOW, "new");

        assertThat(due.reseal(Optional.empty(), 10)).contains(id);

        assertThat(due.underOtherKeys()).isEqualTo(1);
        assertThat(rows.token(id, "old")).contains(Secret.of("0.0"));
    }

    @Test
    void aRowIsNotSealedAnewWhileItIsRefreshed() {
        var id = rows.issuedAt(NOW);
        var due = due(NOW, "new", "old");
        rows.lease(id, 60_000);

        due.reseal(Optional.empty(), 10);

        assertThat(due.underOtherKeys()).isEqualTo(1);
        rows.lease(id, -1);
        due.reseal(Optional.empty(), 10);
        assertThat(due.underOtherKeys()).isZero();
    }

    @Test
    void sealingAnewNeverPutsAnOlderTokenBack() {
        var id = rows.issuedAt(NOW);
        var due = due(
                TestStores.slowSeal(TestSealers.with("new", "old"), () -> {
                    rows.lease(id, 60_000);
                    assertThat(rows.keep(id, 1000, "0.1")).isEqualTo(1);
                }),
                "new",
                "old");

        due.reseal(Optional.empty(), 10);

        assertThat(rows.token(id, "new", "old")).contains(Secret.of("0.1"));
    }

    @Test
    void aKeepSucceedsWhereItsRowWasSealedAnewMeanwhile() {
        var id = rows.issuedAt(NOW);
        rows.lease(id, -1);
        due(NOW, "new", "old").reseal(Optional.empty(), 10);
        assertThat(rows.token(id, "new")).contains(Secret.of("0.0"));

        assertThat(rows.keep(id, 1000, "0.1")).isEqualTo(1);
    }

    @Test
    void expiredAccessTokensAreDropped() {
        var expired = rows.issuedAt(NOW);
        var good = rows.issuedAt(NOW);
        rows.share(expired, NOW);
        rows.share(good, NOW.plusMillis(1));

        due(NOW).dropExpired();

        assertThat(rows.count("access_tokens", expired)).isZero();
        assertThat(rows.count("access_tokens", good)).isEqualTo(1);
    }

    @Test
    void aRowIsDeletedWithItsEventOrNotAtAll() {
        var id = rows.issuedAt(OLD);
        due(NOW).gone(found(id, TOMORROW));
        var row = found(id, TOMORROW);
        var sealer = TestSealers.with("old");
        var database = engine.database();
        var nextDay = new DueGrants(
                database,
                TestStores.seal(sealer),
                sealer,
                TestEvents.to("keep-alive"),
                Clock.fixed(TOMORROW, ZoneOffset.UTC));

        database.transaction("test", session -> session.update("ALTER TABLE events RENAME TO events_elsewhere"));
        try {
            assertThatThrownBy(() -> nextDay.gone(row)).isInstanceOf(StoreUnavailable.class);
        } finally {
            database.transaction("test", session -> session.update("ALTER TABLE events_elsewhere RENAME TO events"));
            Waiting.until(() -> !database.isAway());
        }
        assertThat(rows.count("grants", id)).isEqualTo(1);

        assertThat(nextDay.gone(row)).isTrue();
        assertThat(rows.count("grants", id)).isZero();
        assertThat(database.rows(
                        "test",
                        event -> event.getString(1),
                        "SELECT type FROM events WHERE receiver = 'keep-alive' AND subject = ?",
                        id.toString()))
                .containsExactly("account.unlinked");
    }

    private DueGrants due(Instant now) {
        return due(now, "old");
    }

    private DueGrants due(Instant now, String... keys) {
        var sealer = TestSealers.with(keys);
        return new DueGrants(
                engine.database(),
                TestStores.seal(sealer),
                sealer,
                TestEvents.none(),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private DueGrants due(GrantSeal seal, String... keys) {
        return new DueGrants(
                engine.database(), seal, TestSealers.with(keys), TestEvents.none(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Due found(AccountId id, Instant issuedBefore) {
        return due(NOW).due(issuedBefore, TOMORROW, Optional.empty(), 100).stream()
                .filter(row -> row.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<AccountId> ids(List<Due> found) {
        return found.stream().map(Due::id).toList();
    }
}
