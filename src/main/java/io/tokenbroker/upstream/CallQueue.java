package io.tokenbroker.upstream;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** The places for calls, and the calls that wait for one, in the order they came. Guarded by this object's monitor. */
final class CallQueue {

    private final int longest;
    private final Queue<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int free;

    CallQueue(int places, int longest) {
        this.free = places;
        this.longest = longest;
    }

    /** Takes a place, and blocks until one is free; false at once if too many calls wait already. */
    boolean enter() {
        var turn = join();
        turn.ifPresent(CompletableFuture::join);
        return turn.isPresent();
    }

    private synchronized Optional<CompletableFuture<Void>> join() {
        if (free == 0 && waiting.size() >= longest) {
            return Optional.empty();
        }
        var turn = new CompletableFuture<Void>();
        if (free > 0) {
            free--;
            turn.complete(null);
        } else {
            waiting.add(turn);
        }
        return Optional.of(turn);
    }

    /** Gives the place to the call that has waited longest. */
    synchronized void leave() {
        var next = waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.complete(null);
        }
    }
}
