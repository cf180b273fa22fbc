package io.tokenbroker.faults;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Something that happens at one statement on the row of each account, the first time that it comes. PostgreSQL only. */
final class AtStatement {

    private final StoreStep step;
    private final boolean afterwards;
    private final Point point;
    private final Set<Account> struck = ConcurrentHashMap.newKeySet();

    /** What happens there. */
    sealed interface Point {

        /** The connection is cut. */
        record Cut() implements Point {}

        /** The statement stops there until it is released; it goes on then, or the connection is cut. */
        record Held(CountDownLatch arrivals, CountDownLatch release, boolean goesOn) implements Point {}
    }

    private AtStatement(StoreStep step, boolean afterwards, Point point) {
        this.step = step;
        this.afterwards = afterwards;
        this.point = point;
    }

    static AtStatement before(StoreStep step, Point point) {
        return new AtStatement(step, false, point);
    }

    static AtStatement after(StoreStep step, Point point) {
        return new AtStatement(step, true, point);
    }

    /** Of the statements that name one of these accounts. False to cut the connection. */
    boolean meet(Account account, String statement, boolean isDone) {
        if (isDone != afterwards || !step.is(statement) || !struck.add(account)) {
            return true;
        }
        return switch (point) {
            case Point.Cut() -> false;
            case Point.Held(var arrivals, var release, var goesOn) -> {
                arrivals.countDown();
                Waiting.forLatch(release);
                yield goesOn;
            }
        };
    }
}
