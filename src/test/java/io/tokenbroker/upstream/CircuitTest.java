package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is kept from an upstream that does not answer, by whose failures, and for how long; many at a time too. */
@Timeout(60)
class CircuitTest {

    private static final Duration REST = Duration.ofSeconds(5);
    private static final int MANY = 64;
    private static final int HUNDRED = 100;

    /** One of the others among them. */
    private static final int TRIES_AT_ONCE = 4;

    private static final int LONGEST_WAIT_SECONDS = 20;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource time = now::get;
    private final Circuit circuit = new Circuit("upstream", REST, time.withZone(ZoneOffset.UTC));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void twentyFailuresInARowOfFourPeopleStopEverybody() {
        failures(19, 4);
        assertThat(isAsked("another")).isTrue();

        failures(20, 4);

        assertThat(isAsked("another")).isFalse();
        assertThat(isAsked("account-0")).isFalse();
    }

    @Test
    void failuresOfThreePeopleStopNobody() {
        failures(1000, 3);

        assertThat(isAsked("another")).isTrue();
    }

    @Test
    void aPersonsAccountsCountAsOne() {
        for (var i = 0; i < 1000; i++) {
            fail("account-" + i, "person-" + i % 3);
        }

        assertThat(isAsked("another")).isTrue();
    }

    @Test
    void anAnswerBeginsTheCountAnew() {
        failures(19, 4);
        answer("another");
        failures(19, 4);

        assertThat(isAsked("another")).isTrue();
    }

    @Test
    void itOpensAgainAsOftenAsTheUpstreamGoes() {
        for (var outage = 0; outage < 5; outage++) {
            failures(20, 4);
            assertThat(isAsked("another")).isFalse();

            rest();
            assertThat(answer("account-0")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"account-1", "another"})
    void whoeverKeepsFailingTakesNobodysTurn(String other) {
        failures(20, 4);
        for (var i = 0; i < 10; i++) {
            rest();
            fail("account-0", "person-0");
        }

        assertThat(answer(other)).isPresent();
        assertThat(isAsked("account-0")).isTrue();
    }

    @Test
    void nobodysOtherAccountsWaitForTheOneThatKeepsFailing() {
        failures(20, 4);
        for (var i = 0; i < 10; i++) {
            rest();
            fail("account-0", "person-0");
        }

        assertThat(answer("healthy", "person-0")).isPresent();
    }

    @Test
    void aPersonWithAccountsWithoutEndKeepsNobodyOut() {
        failures(20, 4);
        rest();
        for (var i = 0; i < MANY; i++) {
            fail("made-up-" + i, "person-0");
        }

        assertThat(answer("another")).isPresent();
    }

    @Test
    void whileItRestsNobodyIsAskedTwice() {
        failures(20, 4);
        rest();

        assertThat(fail("another", "another")).isPresent();
        assertThat(fail("another", "another")).isEmpty();
        assertThat(fail("a third", "a third")).isEmpty();
        rest();
        assertThat(fail("a third", "a third")).isPresent();
    }

    @Test
    void aClockThatIsSetBackProlongsNothing() {
        failures(20, 4);

        now.updateAndGet(then -> then.minus(Duration.ofHours(1)));

        assertThat(isAsked("another")).isTrue();
    }

    @Test
    void failuresOfOneAccountAtOnceStopNobody() {
        atOnce(MANY, i -> "failing");

        assertThat(isAsked("another")).isTrue();
    }

    @Test
    void failuresOfManyAtOnceStopEverybody() {
        atOnce(MANY, i -> "person-" + i);

        assertThat(isAsked("another")).isFalse();
    }

    @Test
    void ofManyWhoComeAtOnceAfterTheRestOneIsAsked() {
        failures(20, 4);
        rest();
        var refused = new CountDownLatch(MANY - 1);

        var asked = IntStream.range(0, MANY)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> {
                            var answer = call("new-" + i, "new-" + i, waiting(refused), result -> !result);
                            if (answer.isEmpty()) {
                                refused.countDown();
                            }
                            return answer;
                        },
                        threads))
                .toList();

        assertThat(asked.stream().map(CompletableFuture::join).filter(Optional::isPresent))
                .hasSize(1);
    }

    @Test
    void ofAHundredAccountsWhoseCallsHangAFewAreTriedAtATimeAndTheOthersAreRefusedAtOnce() {
        atOnce(HUNDRED, i -> "account-" + i);
        for (var outage = 0; outage < 3; outage++) {
            rest();
            var refused = new CountDownLatch(HUNDRED + MANY - TRIES_AT_ONCE);

            var failed = IntStream.range(0, HUNDRED).mapToObj(n -> hanging("account-" + n, refused));
            var others = IntStream.range(0, MANY).mapToObj(n -> hanging("new-" + n, refused));
            var tried = Stream.concat(failed, others).toList().stream()
                    .map(CompletableFuture::join)
                    .flatMap(Optional::stream)
                    .toList();

            // The last one to be refused ends their waiting.
            assertThat(tried).hasSize(TRIES_AT_ONCE).containsOnly(true);
            assertThat(refused.getCount()).isZero();
        }
    }

    @Test
    void anAccountThatHangsIsNotTriedAgainMeanwhileAndTakesNobodysTurn() {
        failures(20, 4);
        rest();

        fail("account-0", () -> {
            rest();
            assertThat(fail("account-0", "person-0")).isEmpty();
            assertThat(fail("account-1", "person-1")).isPresent();
            assertThat(fail("another", "another")).isPresent();
        });

        rest();
        assertThat(isAsked("account-0")).isTrue();
    }

    @Test
    void thoseWhoFailedAndHangLeaveRoomForOneOfTheOthers() {
        failures(20, 4);
        rest();

        fail(
                "account-0",
                () -> fail(
                        "account-1",
                        () -> fail("account-2", () -> {
                            assertThat(fail("account-3", "person-3")).isEmpty();
                            assertThat(fail("another", "another")).isPresent();
                        })));

        assertThat(isAsked("account-3")).isTrue();
    }

    @Test
    void oneOfTheOthersThatHangsLeavesRoomForThoseWhoFailed() {
        failures(20, 4);
        rest();

        fail("another", () -> {
            rest();
            assertThat(fail("a third", "a third")).isEmpty();
            fail(
                    "account-0",
                    () -> fail(
                            "account-1",
                            () -> assertThat(fail("account-2", "person-2")).isPresent()));
        });
    }

    @Test
    void whoeverGetsAPlaceOnlyNowIsNotAskedAnyMore() {
        var called = circuit.enter("late", "late", pass -> {
            failures(20, 4);
            return pass.call(() -> true, result -> !result);
        });

        assertThat(called).contains(Optional.empty());
        assertThat(isAsked("another")).isFalse();
    }

    @Test
    void whoeverGetsNoPlaceNeitherFailsNorIsAnswered() {
        failures(19, 4);
        circuit.enter("crowded", "crowded", pass -> "no place");
        fail("account-0", "person-0");
        rest();

        circuit.enter("crowded", "crowded", pass -> "no place");

        assertThat(isAsked("another")).isFalse();
        assertThat(isAsked("account-0")).isTrue();
    }

    @Test
    void whatBeganBeforeTheLastAnswerDoesNotCount() {
        var everybodyAsks = new CyclicBarrier(MANY + 1);
        var answered = new CountDownLatch(1);
        var late = IntStream.range(0, MANY)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> call(
                                "person-" + i,
                                "person-" + i,
                                () -> {
                                    await(everybodyAsks);
                                    return !waiting(answered).get();
                                },
                                result -> !result),
                        threads))
                .toList();
        await(everybodyAsks);
        answer("another");
        answered.countDown();
        late.forEach(CompletableFuture::join);

        assertThat(isAsked("another")).isTrue();
    }

    private void failures(int count, int people) {
        for (var i = 0; i < count; i++) {
            fail("account-" + i % people, "person-" + i % people);
        }
    }

    private Optional<Boolean> fail(String account, String person) {
        return call(account, person, () -> false, result -> !result);
    }

    /** Fails once all this is done. */
    private Optional<Boolean> fail(String account, Runnable meanwhile) {
        return call(
                account,
                account.replace("account", "person"),
                () -> {
                    meanwhile.run();
                    return false;
                },
                result -> !result);
    }

    /** A call that fails once the last of so many was refused, with whether it was; empty if it is refused itself. */
    private CompletableFuture<Optional<Boolean>> hanging(String account, CountDownLatch refused) {
        return CompletableFuture.supplyAsync(
                () -> {
                    var tried = call(account, account.replace("account", "person"), waiting(refused), result -> true);
                    if (tried.isEmpty()) {
                        refused.countDown();
                    }
                    return tried;
                },
                threads);
    }

    private Optional<Boolean> answer(String account) {
        return answer(account, account.replace("account", "person"));
    }

    private Optional<Boolean> answer(String account, String person) {
        return call(account, person, () -> true, result -> !result);
    }

    private <T> Optional<T> call(String account, String person, Supplier<T> call, Predicate<T> failed) {
        return circuit.enter(account, person, pass -> pass.call(call, failed).orElseThrow());
    }

    /** If so it answers, and the count begins anew. */
    private boolean isAsked(String account) {
        return answer(account).isPresent();
    }

    private void rest() {
        now.updateAndGet(then -> then.plus(REST));
    }

    /** All have begun before one of them has failed. */
    private void atOnce(int calls, IntFunction<String> account) {
        var begun = new CyclicBarrier(calls);
        Supplier<Boolean> failing = () -> {
            await(begun);
            return false;
        };
        List<CompletableFuture<Void>> running = IntStream.range(0, calls)
                .mapToObj(account)
                .map(of -> CompletableFuture.runAsync(() -> call(of, of, failing, result -> !result), threads))
                .toList();
        running.forEach(CompletableFuture::join);
    }

    /** Answers in the end, or fails: a test that waits in vain is not to hang. */
    private static Supplier<Boolean> waiting(CountDownLatch latch) {
        return () -> {
            try {
                return latch.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException stopping) {
                throw new IllegalStateException(stopping);
            }
        };
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (Exception stopping) {
            throw new IllegalStateException(stopping);
        }
    }
}
