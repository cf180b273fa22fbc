package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Every refresh token issued. None is withdrawn by rotation: Entra lets the old one live its ninety days. */
final class RefreshTokens {

    private static final SecureRandom RANDOM = new SecureRandom();
    /** Entra's are over a kilobyte; whoever stores them has to have room. */
    private static final int BYTES = 900;

    private final Map<String, RefreshToken> byValue = new ConcurrentHashMap<>();
    private final LongAdder issued = new LongAdder();
    private final LongAdder used = new LongAdder();
    private final LongAdder usedAgain = new LongAdder();

    String issue(Grant grant, Instant now) {
        var bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        var value = IssuedSecrets.record(
                "1." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        byValue.put(value, new RefreshToken(grant, now, new AtomicInteger()));
        issued.increment();
        return value;
    }

    Optional<RefreshToken> find(String value) {
        return Optional.ofNullable(byValue.get(value));
    }

    /** Counts a use. Returns whether it was the first. */
    boolean use(RefreshToken token) {
        var first = token.uses().getAndIncrement() == 0;
        used.increment();
        if (!first) {
            usedAgain.increment();
        }
        return first;
    }

    RefreshTokenCounts counts() {
        return new RefreshTokenCounts(issued.sum(), used.sum(), usedAgain.sum());
    }

    void reset() {
        byValue.clear();
        issued.reset();
        used.reset();
        usedAgain.reset();
    }
}
