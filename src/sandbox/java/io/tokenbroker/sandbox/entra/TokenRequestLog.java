package io.tokenbroker.sandbox.entra;

import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/** Counts token requests, every one, and keeps the latest. A request is noted as it arrives, before any fault. */
final class TokenRequestLog {

    private record Key(String grant, String user, String resource) {}

    private static final int KEPT = 1000;

    private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();
    private final Deque<TokenRequest> latest = new ConcurrentLinkedDeque<>();
    private final AtomicInteger kept = new AtomicInteger();

    void add(TokenRequest request) {
        counts.computeIfAbsent(new Key(request.grant(), request.user(), request.resource()), key -> new LongAdder())
                .increment();
        latest.addLast(request);
        if (kept.incrementAndGet() > KEPT && latest.pollFirst() != null) {
            kept.decrementAndGet();
        }
    }

    List<TokenRequest> latest() {
        return List.copyOf(latest);
    }

    List<TokenRequestCount> counts() {
        return counts.entrySet().stream()
                .map(entry -> new TokenRequestCount(
                        entry.getKey().grant(),
                        entry.getKey().user(),
                        entry.getKey().resource(),
                        entry.getValue().sum()))
                .sorted(Comparator.comparing(TokenRequestCount::grant)
                        .thenComparing(TokenRequestCount::user)
                        .thenComparing(TokenRequestCount::resource))
                .toList();
    }

    long count(Predicate<TokenRequestCount> wanted) {
        return counts().stream()
                .filter(wanted)
                .mapToLong(TokenRequestCount::requests)
                .sum();
    }

    void reset() {
        counts.clear();
        latest.clear();
        kept.set(0);
    }
}
