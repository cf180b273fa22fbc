package io.tokenbroker.keepalive;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How fast accounts are renewed: so many a second, with pauses of uneven length. */
final class Pace {

    private static final int EACH = 1_000;

    private final Bucket bucket;

    Pace(int accountsPerSecond) {
        bucket = Bucket.builder()
                .addLimit(limit ->
                        limit.capacity(2 * EACH).refillGreedy((long) accountsPerSecond * EACH, Duration.ofSeconds(1)))
                .build();
    }

    /** Waits for the next account's turn. */
    void await() {
        bucket.asBlocking().consumeUninterruptibly(ThreadLocalRandom.current().nextLong(EACH / 2, 3 * EACH / 2));
    }
}
