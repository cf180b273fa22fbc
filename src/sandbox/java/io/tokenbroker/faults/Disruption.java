package io.tokenbroker.faults;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.function.Supplier;

/** What befalls the broker's calls while it is in force. */
@FunctionalInterface
interface Disruption {

    Disruption NONE = (call, work) -> work.get();

    /** @param work what the stand-in does by itself; commits when it is called */
    Reply meet(Call call, Supplier<Reply> work);

    /** It is over: whatever it holds back goes on. */
    default void end() {}
}
