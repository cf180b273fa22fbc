package io.tokenbroker.upstream;

import java.time.Clock;
import java.time.Duration;
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
}
