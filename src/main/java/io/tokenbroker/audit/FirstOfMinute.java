package io.tokenbroker.audit;

import io.tokenbroker.audit.AuditEvent.Actor;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.time.Time.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Lets the first few of each caller pass in each minute. It keeps 1,000 callers at most; further users do not pass. */
final class FirstOfMinute {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MOST_CALLERS = 1_000;

    private final int ofEach;
    private final Clock clock;
    private final Map<Actor, Integer> seen = new HashMap<>();
    private Window minute = Window.of(Instant.EPOCH, Duration.ZERO);

    FirstOfMinute(int ofEach, Clock clock) {
        this.ofEach = ofEach;
        this.clock = clock;
    }

    synchronized boolean passes(Actor caller) {
        var now = clock.instant();
        if (!minute.contains(now)) {
            minute = Window.of(now, MINUTE);
            seen.clear();
        }
        var before = seen.getOrDefault(caller, 0);
        if (before == ofEach || (before == 0 && seen.size() >= MOST_CALLERS && isOneOfMany(caller))) {
            return false;
        }
        seen.put(caller, before + 1);
        return true;
    }

    /** There are as many clients as the settings name, but any number of users. */
    private static boolean isOneOfMany(Actor caller) {
        return caller.kind().equals(Caller.USER);
    }
}
