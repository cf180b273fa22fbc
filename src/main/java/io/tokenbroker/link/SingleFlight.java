package io.tokenbroker.link;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One at a time for what several callers want at once: the first works, the others wait and share its end. */
public final class SingleFlight<T> {

    private final ConcurrentMap<Object, CompletableFuture<T>> inFlight = new ConcurrentHashMap<>();

    /** Blocks until this caller or the one before it is done; a refusal is shared like a result. */
    public T share(Object key, Supplier<T> work) {
        return share(key, any -> true, work);
    }

    /**
     * The same, for a caller that another's result may not suit: then it goes again, and joins a newer flight or leads it.
     *
     * @param suits asked of another's result only
     */
    public T share(Object key, Predicate<T> suits, Supplier<T> work) {
        var mine = new CompletableFuture<T>();
        var theirs = inFlight.putIfAbsent(key, mine);
        if (theirs != null) {
            var shared = await(theirs);
            if (suits.test(shared)) {
                return shared;
            }
            // Its leader may not have removed it yet.
            inFlight.remove(key, theirs);
            return share(key, suits, work);
        }
        try {
            mine.complete(work.get());
        } catch (RuntimeException | Error failed) {
            mine.completeExceptionally(failed);
        } finally {
            inFlight.remove(key, mine);
        }
        return await(mine);
    }

    /** Whether who comes now would share. */
    public boolean isUnderWay(Object key) {
        return inFlight.containsKey(key);
    }

    private static <T> T await(CompletableFuture<T> flight) {
        try {
            return flight.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
