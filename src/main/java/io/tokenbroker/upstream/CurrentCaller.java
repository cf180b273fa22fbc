package io.tokenbroker.upstream;

/** The caller in whose name this thread calls upstreams; work that no caller waits for is the background's. */
public final class CurrentCaller {

    private static final String BACKGROUND = "background";
    private static final ScopedValue<String> NAME = ScopedValue.newInstance();

    private CurrentCaller() {}

    /** Does the work in this caller's name. Threads that the work starts are not part of it. */
    public static <T, X extends Throwable> T call(String caller, ScopedValue.CallableOp<T, X> work) throws X {
        return ScopedValue.where(NAME, caller).call(work);
    }

    public static String name() {
        return NAME.orElse(BACKGROUND);
    }
}
