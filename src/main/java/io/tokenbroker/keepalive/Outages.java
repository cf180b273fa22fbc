package io.tokenbroker.keepalive;

import io.tokenbroker.mint.Renewal;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Providers that did not answer five times in a row: their other accounts are left to the next run. */
final class Outages {

    private static final int ENOUGH = 5;

    private final Map<UUID, Integer> inARow = new HashMap<>();

    boolean isAway(UUID providerId) {
        return inARow.getOrDefault(providerId, 0) >= ENOUGH;
    }

    void note(UUID providerId, Renewal renewal) {
        if (renewal instanceof Renewal.Away) {
            inARow.merge(providerId, 1, Integer::sum);
        } else {
            inARow.remove(providerId);
        }
    }
}
