package io.tokenbroker.audit;

import io.tokenbroker.time.Time.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Lets the first of each minute pass, so many of each key. Of keys there may be any number; it knows so many at a time. */
final class FirstOfMinute<K> {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MOST_KEYS = 1_000;

    private final int ofEach;
    private final Clock clock;
    private final Map<K, Integer> seen = new HashMap<>();
    private Window minute = Window.of(Instant.EPOCH, Duration.ZERO);

    FirstOfMinute(int ofEach, Clock clock) {
        this.ofEach = ofEach;
        this.clock = clock;
    }

    synchronized boolean passes(K key) {
        var now = clock.instant();
        if (!minute.contains(now)) {
            minute = Window.of(now, MINUTE);
            seen.clear();
        }
        var before = seen.getOrDefault(key, 0);
        if (before == ofEach || (before == 0 && seen.size() == MOST_KEYS)) {
            return false;
        }
        seen.put(key, before + 1);
        return true;
    }
}
