package io.tokenbroker.upstream;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Limits the calls to one upstream: so many at once and so many of one {@link CurrentCaller}, the others queue, and while
 * the circuit is open almost all are refused. Call it on virtual threads; blocks.
 */
public final class Bulkhead {

    private final Circuit circuit;
    private final CallQueue queue;
    private final Duration longestWait;
    private final Clock clock;

    /** @param name of the upstream, for the log */
    public Bulkhead(String name, Limits limits, Clock clock) {
        this.circuit = new Circuit(name, limits.rest(), clock);
        this.queue = new CallQueue(limits.atOnce(), limits.ofOneCaller(), limits.queue());
        this.longestWait = limits.longestWait();
        this.clock = clock;
    }

    /**
     * Runs the work when its turn comes. It makes its calls by the pass, since the circuit may have opened meanwhile.
     *
     * @param account what the upstream may fail for alone
     * @param person the account's owner, for several accounts of one person may fail together; may be the same
     * @param refused the result if the work is not run
     */
    public <T> T inTurn(String account, String person, Function<Circuit.Pass, T> work, Function<Refusal, T> refused) {
        return circuit.enter(account, person, pass -> inTurn(() -> work.apply(pass), refused))
                .orElseGet(() -> refused.apply(Refusal.CIRCUIT_OPEN));
    }

    /** Whether the upstream is asked by trials only, since it does not answer. */
    public boolean isCutOff() {
        return circuit.isOpen();
    }

    private <T> T inTurn(Supplier<T> work, Function<Refusal, T> refused) {
        var since = clock.instant();
        var caller = CurrentCaller.name();
        if (!queue.enter(caller)) {
            return refused.apply(Refusal.CROWDED);
        }
        try {
            var waited = Duration.between(since, clock.instant());
            return waited.compareTo(longestWait) > 0 ? refused.apply(Refusal.CROWDED) : work.get();
        } finally {
            queue.leave(caller);
        }
    }

    /** Why the work was not run: the upstream does not answer, or too many calls wait for it. */
    public enum Refusal {
        CIRCUIT_OPEN,
        CROWDED
    }

    /**
     * @param ofOneCaller fewer than {@code atOnce}, so that another caller finds a place
     * @param queue how many calls may wait; then those of the caller with most are refused first
     * @param longestWait a call that has waited for longer is dropped: its caller has timed out by then
     * @param rest how long an open circuit leaves the upstream alone between two trials
     */
    public record Limits(int atOnce, int ofOneCaller, int queue, Duration longestWait, Duration rest) {}

    /**
     * The places for calls, and the calls that wait for one. Callers take turns, and each caller's calls keep their order. No
     * caller has more than its share of the places. Guarded by this object's monitor.
     */
    private static final class CallQueue {

        private final int share;
        private final int longest;
        private final Map<String, Integer> running = new HashMap<>();

        /** The waiting calls of each caller that has some, in the order of the callers' turns; false is a refusal. */
        private final SequencedMap<String, Deque<CompletableFuture<Boolean>>> waiting = new LinkedHashMap<>();

        private int free;
        private int allWaiting;

        /**
         * @param share of the places that one caller has at most
         * @param longest how many calls may wait
         */
        CallQueue(int places, int share, int longest) {
            this.free = places;
            this.share = share;
            this.longest = longest;
        }

        /** Takes a place, and blocks until one is free; false if too many calls wait, and most of them are this caller's. */
        boolean enter(String caller) {
            return join(caller).join();
        }

        private synchronized CompletableFuture<Boolean> join(String caller) {
            if (free > 0 && hasShareLeft(caller)) {
                take(caller);
                return CompletableFuture.completedFuture(true);
            }
            if (allWaiting >= longest && !refuseOneOfMost(caller)) {
                return CompletableFuture.completedFuture(false);
            }
            var turn = new CompletableFuture<Boolean>();
            waiting.computeIfAbsent(caller, _ -> new ArrayDeque<>()).add(turn);
            allWaiting++;
            return turn;
        }

        /** Gives the place to the next caller that has some of its share left. */
        synchronized void leave(String caller) {
            free++;
            running.computeIfPresent(caller, (_, calls) -> calls == 1 ? null : calls - 1);
            waiting.entrySet().stream()
                    .filter(next -> hasShareLeft(next.getKey()))
                    .findFirst()
                    .ifPresent(next -> admitOne(next.getKey(), next.getValue()));
        }

        private void admitOne(String caller, Deque<CompletableFuture<Boolean>> calls) {
            var turn = calls.remove();
            waiting.remove(caller);
            if (!calls.isEmpty()) {
                waiting.putLast(caller, calls);
            }
            allWaiting--;
            take(caller);
            turn.complete(true);
        }

        private void take(String caller) {
            free--;
            running.merge(caller, 1, Integer::sum);
        }

        private boolean hasShareLeft(String caller) {
            return running.getOrDefault(caller, 0) < share;
        }

        /** Refuses the latest call of the caller with most of them; false if that would not make the queues more equal. */
        private boolean refuseOneOfMost(String newcomer) {
            var own = waiting.getOrDefault(newcomer, new ArrayDeque<>()).size();
            var most = waiting.values().stream()
                    .max(Comparator.comparingInt(Deque::size))
                    .filter(calls -> calls.size() > own + 1);
            most.ifPresent(calls -> {
                calls.removeLast().complete(false);
                allWaiting--;
            });
            return most.isPresent();
        }
    }

    /** Few threads for the work of many callers: callers take turns, and each caller's work keeps its order. */
    public static final class Turns implements Executor {

        private final Executor threads;

        /** What waits, in the order of the callers' turns. Guarded by this object's monitor. */
        private final SequencedMap<String, Deque<Runnable>> waiting = new LinkedHashMap<>();

        public Turns(Executor threads) {
            this.threads = threads;
        }

        @Override
        public void execute(Runnable work) {
            add(CurrentCaller.name(), work);
            threads.execute(() -> next().run());
        }

        private synchronized void add(String caller, Runnable work) {
            waiting.computeIfAbsent(caller, _ -> new ArrayDeque<>()).add(work);
        }

        /** There is one for each that was given to the threads. */
        private synchronized Runnable next() {
            var turn = waiting.pollFirstEntry();
            var work = turn.getValue().remove();
            if (!turn.getValue().isEmpty()) {
                waiting.putLast(turn.getKey(), turn.getValue());
            }
            return work;
        }
    }

    /** Names the caller for which this thread calls upstreams. Work for no caller has the name {@code background}. */
    public static final class CurrentCaller {

        private static final String BACKGROUND = "background";
        private static final ScopedValue<String> NAME = ScopedValue.newInstance();

        private CurrentCaller() {}

        /** Does the work in this caller's name. Threads that the work starts are not part of it. */
        public static <T, X extends Throwable> T call(String caller, ScopedValue.CallableOp<T, X> work) throws X {
            return ScopedValue.where(NAME, caller).call(work);
        }

        public static String name() {
            return NAME.orElse(BACKGROUND);
        }
    }
}
