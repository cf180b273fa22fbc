package io.tokenbroker.sandbox.wire;

import java.util.function.Supplier;

/** What may happen to a request on its way: before the work, in its place, or to the answer once the work is done. */
@FunctionalInterface
public interface Interference {

    /** Nothing. */
    Interference NONE = (request, work) -> work.get();

    /**
     * Answers a request on its own thread, and may block it.
     *
     * @param work what the stand-in does and answers by itself; commits when it is called
     */
    Reply meet(Request request, Supplier<Reply> work);
}
