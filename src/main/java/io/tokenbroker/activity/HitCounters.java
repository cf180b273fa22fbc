package io.tokenbroker.activity;

import io.tokenbroker.audit.Origin.Door;
import io.tokenbroker.link.AccountId;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/** Counts the tokens that memory has given out: far more than other uses, so that each costs a counter and no more. */
@Singleton
public class HitCounters {

    static final int MOST = 20_000;

    private final ConcurrentMap<HitKey, Counted> counters = new ConcurrentHashMap<>();

    /** Counters that nothing has moved: looked at once more, for a caller may have held one while it was taken out. */
    private final List<Counted> idle = new ArrayList<>();

    /**
     * The counter of hits like this one: all that is done for a token from memory. Never blocks.
     *
     * @param use what such hits have in common, asked for at the first
     * @return empty if such a hit is to be told of by itself, because there are too many others
     */
    public Optional<LongAdder> counter(HitKey key, Supplier<Use> use) {
        var known = counters.get(key);
        if (known != null) {
            return Optional.of(known.count);
        }
        return counters.size() < MOST
                ? Optional.of(counters.computeIfAbsent(key, first -> new Counted(use.get(), new LongAdder())).count)
                : Optional.empty();
    }

    /** Takes what was counted since the last time. By one thread at a time. */
    void take(ObjLongConsumer<Use> taker) {
        idle.forEach(counted -> counted.take(taker));
        idle.clear();
        counters.forEach((key, counted) -> {
            if (!counted.take(taker) && counters.remove(key, counted)) {
                idle.add(counted);
            }
        });
    }

    /** The same for one account. */
    void takeOf(AccountId account, ObjLongConsumer<Use> taker) {
        counters.values().stream()
                .filter(counted -> counted.use.account().equals(account))
                .forEach(counted -> counted.take(taker));
    }

    /**
     * What tells hits of one use from others. Each hit looks it up, so it is little to compare.
     *
     * @param epoch of the account's link: no other account has it
     */
    public record HitKey(long epoch, String client, String resource, Door door) {}

    private record Counted(Use use, LongAdder count) {

        /** @return whether there was anything to take */
        boolean take(ObjLongConsumer<Use> taker) {
            var taken = count.sumThenReset();
            if (taken > 0) {
                taker.accept(use, taken);
            }
            return taken > 0;
        }
    }
}
