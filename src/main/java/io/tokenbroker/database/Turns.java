package io.tokenbroker.database;

import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Executor;

/** Few threads for the work of many callers: callers take turns, and each caller's work keeps its order. */
final class Turns implements Executor {

    private final Executor threads;

    /** What waits, in the order of the callers' turns. Guarded by this object's monitor. */
    private final SequencedMap<String, Deque<Runnable>> waiting = new LinkedHashMap<>();

    Turns(Executor threads) {
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
