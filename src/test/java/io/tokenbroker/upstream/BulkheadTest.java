package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.support.Waiting;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import io.tokenbroker.upstream.Bulkhead.Limits;
import io.tokenbroker.upstream.Bulkhead.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which calls run, which wait and which are refused while an upstream is busy. */
@Timeout(60)
class BulkheadTest {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final String REFUSED = "refused: ";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource time = now::get;
    private final Bulkhead bulkhead = bulkhead(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger running = new AtomicInteger();
    private final List<Thread> waiting = new CopyOnWriteArrayList<>();
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        released.countDown();
        threads.close();
    }

    @Test
    void asManyCallsRunAtOnceAsThereArePlaces() {
        var two = bulkhead(2);

        var calls = List.of(hanging(two), hanging(two), hanging(two));
        Waiting.until(() -> running.get() == 2);
        released.countDown();

        assertThat(calls).allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
    }

    @Test
    void theOthersHaveTheirTurnsInTheOrderTheyCame() {
        var first = busy();
        var others = List.of(waits("a"), waits("b"), waits("c"));

        released.countDown();

        assertThat(first.join()).isEqualTo("done");
        assertThat(others).allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
        assertThat(order).containsExactly("a", "b", "c");
    }

    @Test
    void aCallThatFindsTheQueueFullIsRefusedAtOnce() {
        var first = busy();
        var others = List.of(waits("a"), waits("b"), waits("c"));

        assertThat(as("anybody", () -> call("d")).join()).isEqualTo(REFUSED + Refusal.CROWDED);
        assertThat(first).isNotDone();
        assertThat(others).allSatisfy(each -> assertThat(each).isNotDone());
    }

    @Test
    void aCallerThatFloodsLeavesPlacesForOthers() {
        var three = bulkhead(3, 2);

        var flood =
                List.of(as("flood", () -> hang(three)), as("flood", () -> hang(three)), as("flood", () -> hang(three)));
        Waiting.until(() -> running.get() == 2);
        var other = as("other", () -> three.inTurn("b", "b", pass -> "done", refusal -> REFUSED + refusal));

        assertThat(other.join()).isEqualTo("done");
        assertThat(running).hasValue(2);
        released.countDown();
        assertThat(flood).allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
    }

    @Test
    void aCallerWithOneCallIsNotBehindAllOfAnother() {
        var _ = busy();
        var calls = List.of(waitsAs("flood", "a1"), waitsAs("flood", "a2"), waitsAs("other", "b"));

        released.countDown();

        assertThat(calls).allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
        assertThat(order).containsExactly("a1", "b", "a2");
    }

    @Test
    void inAFullQueueTheCallerWithMostIsRefusedAndNotTheNewcomer() {
        var _ = busy();
        var flood = List.of(waitsAs("flood", "a1"), waitsAs("flood", "a2"), waitsAs("flood", "a3"));

        var newcomer = waitsAs("other", "b");

        assertThat(flood.getLast().join()).isEqualTo(REFUSED + Refusal.CROWDED);
        assertThat(as("flood", () -> call("a4")).join()).isEqualTo(REFUSED + Refusal.CROWDED);
        released.countDown();
        assertThat(List.of(flood.getFirst(), newcomer, flood.get(1)))
                .allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
        assertThat(order).containsExactly("a1", "b", "a2");
    }

    @Test
    void whereEachCallerWaitsOnceNobodyMakesRoom() {
        var _ = busy();
        var others = List.of(waitsAs("a", "a"), waitsAs("b", "b"), waitsAs("c", "c"));

        assertThat(as("d", () -> call("d")).join()).isEqualTo(REFUSED + Refusal.CROWDED);

        released.countDown();
        assertThat(others).allSatisfy(each -> assertThat(each.join()).isEqualTo("done"));
    }

    @Test
    void aCallThatHasWaitedForTooLongIsNotMadeAndItsPlaceIsFreeAgain() {
        var first = busy();
        var late = waits("late");
        now.updateAndGet(then -> then.plus(LONGEST_WAIT).plusMillis(1));

        released.countDown();

        assertThat(first.join()).isEqualTo("done");
        assertThat(late.join()).isEqualTo(REFUSED + Refusal.CROWDED);
        assertThat(order).isEmpty();
        assertThat(List.of(call("a"), call("b"), call("c"))).containsOnly("done");
    }

    @Test
    void aCallThatThrowsGivesItsPlaceBack() {
        for (var i = 0; i < 5; i++) {
            assertThat(CompletableFuture.supplyAsync(this::broken, threads)).failsWithin(Duration.ofSeconds(20));
        }

        assertThat(call("a")).isEqualTo("done");
    }

    @Test
    void whileTheCircuitIsOpenNoCallWaits() {
        for (var i = 0; i < 20; i++) {
            var person = "person-" + i;
            bulkhead.inTurn(person, person, pass -> pass.call(() -> "failed", any -> true), refusal -> "");
        }

        assertThat(call("another")).isEqualTo(REFUSED + Refusal.CIRCUIT_OPEN);
    }

    private Bulkhead bulkhead(int places) {
        return bulkhead(places, places);
    }

    private Bulkhead bulkhead(int places, int ofOneCaller) {
        var limits = new Limits(places, ofOneCaller, 3, LONGEST_WAIT, Duration.ofSeconds(5));
        return new Bulkhead("upstream", limits, time.withZone(ZoneOffset.UTC));
    }

    /** A call that holds the only place until the test lets it go. */
    private CompletableFuture<String> busy() {
        var call = hanging(bulkhead);
        Waiting.until(() -> running.get() == 1);
        return call;
    }

    private CompletableFuture<String> hanging(Bulkhead at) {
        return as("hanging", () -> hang(at));
    }

    private String hang(Bulkhead at) {
        return at.inTurn(
                "hanging",
                "hanging",
                pass -> {
                    running.incrementAndGet();
                    awaitRelease();
                    return "done";
                },
                refusal -> REFUSED + refusal);
    }

    /** A call in this caller's name, on a thread of its own. */
    private CompletableFuture<String> as(String caller, Supplier<String> call) {
        return CompletableFuture.supplyAsync(() -> CurrentCaller.call(caller, call::get), threads);
    }

    /** A call that waits for a place. */
    private CompletableFuture<String> waits(String name) {
        return waitsAs("anybody", name);
    }

    private CompletableFuture<String> waitsAs(String caller, String name) {
        var before = waiting.size();
        var call = as(caller, () -> {
            waiting.add(Thread.currentThread());
            return call(name);
        });
        Waiting.until(() -> waiting.size() > before && waiting.getLast().getState() == Thread.State.WAITING);
        return call;
    }

    private String call(String name) {
        return bulkhead.inTurn(
                name,
                name,
                pass -> {
                    order.add(name);
                    return "done";
                },
                refusal -> REFUSED + refusal);
    }

    private String broken() {
        return bulkhead.inTurn(
                "broken",
                "broken",
                pass -> {
                    throw new IllegalStateException("broken");
                },
                refusal -> REFUSED + refusal);
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException stopping) {
            throw new IllegalStateException(stopping);
        }
    }
}
