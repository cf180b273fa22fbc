package io.tokenbroker.activity;

import io.tokenbroker.link.AccountId;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Says which refusals name their resource: between two writes few of each client and account, for a client can make names up. */
final class NamedRefusals {

    private static final int OF_EACH = 50;
    private static final int MOST_ASKERS = 20_000;

    private final ConcurrentMap<Asker, Integer> named = new ConcurrentHashMap<>();

    /** Whether one more kind of refusal may be named. */
    boolean admits(Use refusal) {
        var asker = new Asker(refusal.client(), refusal.account());
        return (named.size() < MOST_ASKERS || named.containsKey(asker))
                && named.merge(asker, 1, Integer::sum) <= OF_EACH;
    }

    /** All that were admitted are written. */
    void clear() {
        named.clear();
    }

    private record Asker(String client, AccountId account) {}
}
