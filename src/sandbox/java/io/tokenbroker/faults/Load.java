package io.tokenbroker.faults;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Accounts that mint again and again, each with time to think between two mints, so that few are under way at a time. */
final class Load {

    private static final Duration THINKING = Duration.ofSeconds(2);

    private final BrokerClient caller;
    private final AtomicBoolean over = new AtomicBoolean();

    Load(BrokerClient caller) {
        this.caller = caller;
    }

    /** Until it is over, or the broker that was asked is killed. */
    void mint(Row row, Account account) {
        Waiting.pass(
                THINKING.multipliedBy(Math.floorMod(account.hashCode(), 100)).dividedBy(100));
        while (!over.get()) {
            var code = caller.mintAnew(account).code();
            row.during(code);
            if (code.equals(BrokerClient.Answer.NO_ANSWER)) {
                return;
            }
            Waiting.pass(THINKING);
        }
    }

    void end() {
        over.set(true);
    }
}
