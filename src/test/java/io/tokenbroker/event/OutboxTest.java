package io.tokenbroker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.database.Database;
import io.tokenbroker.event.Event.OfAccount;
import io.tokenbroker.event.OutboxRows.Claimed;
import io.tokenbroker.event.OutboxRows.Due;
import io.tokenbroker.event.OutboxRows.State;
import io.tokenbroker.grant.Engines;
import io.tokenbroker.link.AccountId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of events that wait, in each engine. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class OutboxTest {

    private static final Instant NOW = Instant.parse("2026-11-30T08:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @Parameter
    Engines engine = Engines.SQLITE;

    private final String receiver = "receiver-" + UUID.randomUUID();
    private final OfAccount one = account();
    private final OfAccount another = account();

    @BeforeEach
    void begin() {
        add(one.linked());
        add(one.unlinked());
        add(another.linked());
    }

    @Test
    void theFirstOfEachAccountIsDue() {
        var linked = due();
        assertThat(linked).hasSize(2);

        linked.forEach(event -> rows().delivered(event));
        var unlinked = due();
        assertThat(unlinked).hasSize(1);
        assertThat(claimed(unlinked.getFirst()).type()).isEqualTo("account.unlinked");
        assertThat(due()).isEmpty();

        unlinked.forEach(event -> rows().delivered(event));
        assertThat(due()).isEmpty();
    }

    @Test
    void ofTwentyWhoWantToSendAnEventOneDoes() {
        var event = due().getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> rows().claim(event, MINUTE), threads))
                    .toList();
            assertThat(tries.stream().map(CompletableFuture::join).flatMap(Optional::stream))
                    .hasSize(1);
        }

        assertThat(due()).extracting(Due::id).doesNotContain(event.id()).hasSize(1);
    }

    @Test
    void whatAReplicaClaimedAndNeverSentIsDueWhenTheClaimEnds() {
        var event = ofOne(CLOCK);

        assertThat(rows().claim(event, Duration.ZERO)).isPresent();

        var again = ofOne(CLOCK);
        assertThat(again.id()).isEqualTo(event.id());
        assertThat(again.attempts()).isEqualTo(1);
        assertThat(rows().claim(event, MINUTE)).isEmpty();
    }

    @Test
    void whatIsPutOffKeepsTheNextBackUntilItIsGivenUp() {
        var event = ofOne(CLOCK);
        rows().postpone(claimed(event), "status 500", NOW);
        var again = ofOne(CLOCK);
        assertThat(again.id()).isEqualTo(event.id());
        assertThat(again.attempts()).isEqualTo(1);

        rows().bury(claimed(again), "status 500");

        assertThat(claimed(ofOne(CLOCK)).type()).isEqualTo("account.unlinked");
        var state = state(CLOCK);
        assertThat(state.dead()).isEqualTo(1);
        assertThat(state.waiting()).isEqualTo(2);
        assertThat(state.oldest()).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void theTimeOfAnEventCountsFromItsFirstTry() {
        var later = at(Duration.ofDays(2));

        var first = new OutboxRows(database(), later)
                .claim(ofOne(CLOCK), Duration.ZERO)
                .orElseThrow();
        assertThat(first.firstTryAt()).isEqualTo(later.instant());

        rows().postpone(first, "status 500", later.instant().plusSeconds(5));
        var hourLater = at(Duration.ofDays(2).plusHours(1));
        var again = new OutboxRows(database(), hourLater)
                .claim(ofOne(hourLater), Duration.ZERO)
                .orElseThrow();
        assertThat(again.firstTryAt()).isEqualTo(later.instant());
    }

    @Test
    void itCountsAnewOnceNoBrokerHasTriedForLong() {
        rows().postpone(claimed(ofOne(CLOCK)), "status 500", NOW.plusSeconds(5));
        var monday = at(Duration.ofDays(3));

        var tried = new OutboxRows(database(), monday)
                .claim(ofOne(monday), Duration.ZERO)
                .orElseThrow();

        assertThat(tried.firstTryAt()).isEqualTo(monday.instant());
    }

    @Test
    void whatDiedDaysAgoIsCountedAndDidNotDieOfLate() {
        rows().bury(claimed(ofOne(CLOCK)), "status 500");

        assertThat(state(at(Duration.ofHours(23)))).returns(1L, State::dead).returns(1L, State::deadOfLate);
        assertThat(state(at(Duration.ofHours(25)))).returns(1L, State::dead).returns(0L, State::deadOfLate);
    }

    @Test
    void anEventIsNotThereWithoutTheChangeThatItTellsOf() {
        try {
            database().transaction("test", session -> {
                outbox().add(session, account().linked());
                throw new IllegalStateException("the change fails");
            });
        } catch (RuntimeException expected) {
            assertThat(due()).hasSize(2);
        }
        assertThat(due()).hasSize(2);
    }

    @Test
    void deadEventsGoAndThoseThatWaitStay() {
        rows().bury(claimed(ofOne(CLOCK)), "status 500");

        daysLater(29).dropDead();
        assertThat(state(CLOCK)).returns(2L, State::waiting).returns(1L, State::dead);

        daysLater(31).dropDead();
        daysLater(31).dropLeft(Set.of(receiver));
        assertThat(state(CLOCK)).returns(2L, State::waiting).returns(0L, State::dead);
    }

    @Test
    void ofAReceiverThatIsNamedNoMoreAllGo() {
        IntStream.range(0, 1_100).forEach(i -> add(account().linked()));

        daysLater(29).dropLeft(Set.of());
        assertThat(state(CLOCK)).returns(1_103L, State::waiting);

        daysLater(31).dropLeft(Set.of());
        assertThat(rows().states()).extracting(State::receiver).doesNotContain(receiver);
    }

    @Test
    void whatWaitsForLongBehindAnotherIsGivenUpAndTheFirstIsNot() {
        IntStream.range(0, 1_100).forEach(i -> add(one.linked()));

        var later = daysLater(31);
        assertThat(later.buryOverdue(receiver)).as("before the first is tried").isZero();
        due().forEach(event -> rows().claim(event, Duration.ZERO));

        assertThat(daysLater(29).buryOverdue(receiver)).isZero();
        assertThat(IntStream.range(0, 3).map(i -> later.buryOverdue(receiver))).containsExactly(1_000, 101, 0);

        assertThat(state(CLOCK)).returns(2L, State::waiting).returns(1_101L, State::dead);
        assertThat(due()).hasSize(2);
    }

    private OutboxRows daysLater(int days) {
        return new OutboxRows(database(), at(Duration.ofDays(days)));
    }

    private static Clock at(Duration later) {
        return Clock.fixed(NOW.plus(later), ZoneOffset.UTC);
    }

    /** What is due of the first account. */
    private Due ofOne(Clock clock) {
        var ids = database()
                .rows(
                        "test",
                        row -> row.getString(1),
                        "SELECT event_id FROM events WHERE receiver = ? AND subject = ?",
                        receiver,
                        one.id().toString());
        return new OutboxRows(database(), clock)
                .due(receiver, 100).stream()
                        .filter(event -> ids.contains(event.id()))
                        .findFirst()
                        .orElseThrow();
    }

    private Claimed claimed(Due event) {
        return rows().claim(event, MINUTE).orElseThrow();
    }

    private State state(Clock clock) {
        return new OutboxRows(database(), clock)
                .states().stream()
                        .filter(found -> found.receiver().equals(receiver))
                        .findFirst()
                        .orElseThrow();
    }

    private List<Due> due() {
        return rows().due(receiver, 100);
    }

    private void add(Event event) {
        database().transaction("test", session -> {
            outbox().add(session, event);
            return 1;
        });
    }

    private Outbox outbox() {
        return TestEvents.outbox(receiver, CLOCK);
    }

    private OutboxRows rows() {
        return new OutboxRows(database(), CLOCK);
    }

    private Database database() {
        return engine.database();
    }

    private static OfAccount account() {
        return new OfAccount(
                new AccountId(UUID.randomUUID(), "a person"), UUID.randomUUID().toString());
    }
}
