package io.tokenbroker.faults;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that happens at one call of the few that a mint makes, to each account that gets there. */
final class AtStep implements Disruption {

    /** Before the work of a call is done, or after. */
    sealed interface Point {

        boolean afterCommit();

        /** The call of this number, counted from 0 for each account: of its first mint, if none has failed before. */
        record Numbered(int number, boolean afterCommit) implements Point {}

        /** The first refresh of each account, whatever failed before. */
        record Refresh(boolean afterCommit) implements Point {}
    }

    /** What happens. */
    sealed interface Event {

        /** A person or an operator does something; then the call goes on. */
        record Done(Consumer<Account> deed) implements Event {}

        /** A proxy answers in the server's place, and the server hears nothing of it. */
        record Answered(Reply reply) implements Event {}

        /** The call stops there for good. */
        record Held(CountDownLatch arrivals) implements Event {}

        /** The call stops there until it is released, and goes on. */
        record Paused(CountDownLatch arrivals, CountDownLatch release) implements Event {}
    }

    private final Map<Kind, Point> points;
    private final Event event;
    private final Map<Account, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final CountDownLatch over = new CountDownLatch(1);

    /** @param points where it happens; nowhere for a kind that is not there */
    AtStep(Map<Kind, Point> points, Event event) {
        this.points = points;
        this.event = event;
    }

    @Override
    public Reply meet(Call call, Supplier<Reply> work) {
        var account = call.account();
        var point = account == null ? null : points.get(account.kind());
        if (account == null || point == null || !isAt(point, account, call)) {
            return work.get();
        }
        @Nullable Reply done = point.afterCommit() ? work.get() : null;
        return switch (event) {
            case Event.Done(var deed) -> {
                deed.accept(account);
                yield done == null ? work.get() : done;
            }
            case Event.Answered(var reply) -> reply;
            case Event.Held(var arrivals) -> {
                arrivals.countDown();
                Waiting.forLatch(over);
                yield Reply.dropped();
            }
            case Event.Paused(var arrivals, var release) -> {
                arrivals.countDown();
                Waiting.forLatch(release);
                yield done == null ? work.get() : done;
            }
        };
    }

    private boolean isAt(Point point, Account account, Call call) {
        return switch (point) {
            case Point.Numbered numbered -> isNext(account, numbered.number());
            case Point.Refresh _ -> call.isRefresh() && isNext(account, 0);
        };
    }

    private boolean isNext(Account account, int number) {
        return calls.computeIfAbsent(account, first -> new AtomicInteger()).getAndIncrement() == number;
    }

    @Override
    public void end() {
        over.countDown();
    }
}
