package io.tokenbroker.upstream;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;

/**
 * The places for calls, and the calls that wait for one. Callers take turns, and each caller's calls keep their order. No
 * caller has more than its share of the places. Guarded by this object's monitor.
 */
final class CallQueue {

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
