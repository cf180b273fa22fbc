package io.tokenbroker.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import io.tokenbroker.upstream.Bulkhead.Turns;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The store has one thread with SQLite: who asks for much must not make others wait for all of it. */
class TurnsTest {

    private final Queue<Runnable> thread = new ArrayDeque<>();
    private final Turns turns = new Turns(thread::add);
    private final List<String> done = new ArrayList<>();

    @Test
    void whoComesBehindAFloodIsSecond() {
        for (var time = 1; time <= 100; time++) {
            ask("flood", time);
        }
        ask("other", 1);

        runAll();

        assertThat(done).startsWith("flood 1", "other 1", "flood 2", "flood 3").hasSize(101);
    }

    @Test
    void callersTakeTurnsAndEachKeepsItsOrder() {
        for (var time = 1; time <= 3; time++) {
            ask("a", time);
        }
        for (var time = 1; time <= 2; time++) {
            ask("b", time);
        }

        runAll();

        assertThat(done).containsExactly("a 1", "b 1", "a 2", "b 2", "a 3");
    }

    private void ask(String caller, int time) {
        CurrentCaller.call(caller, () -> {
            turns.execute(() -> done.add(caller + " " + time));
            return time;
        });
    }

    private void runAll() {
        while (!thread.isEmpty()) {
            thread.remove().run();
        }
    }
}
