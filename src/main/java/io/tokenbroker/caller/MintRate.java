package io.tokenbroker.caller;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** How often a client may mint: a full minute's worth at once, then as it refills. */
public final class MintRate {

    private final Optional<Bucket> bucket;

    private MintRate(Optional<Bucket> bucket) {
        this.bucket = bucket;
    }

    static MintRate of(Optional<Integer> requestsPerMinute, Clock clock) {
        return new MintRate(requestsPerMinute.map(limit -> Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, Duration.ofMinutes(1)))
                .withCustomTimePrecision(timeOf(clock))
                .build()));
    }

    /** Counts one mint, or refuses it and says when the next will do. */
    public void take() {
        bucket.map(b -> b.tryConsumeAndReturnRemaining(1))
                .filter(probe -> !probe.isConsumed())
                .ifPresent(probe -> {
                    throw new BrokerException(
                                    ProblemType.RATE_LIMITED,
                                    "This client has used up its mints for now. Wait as Retry-After says, keep tokens until they expire, "
                                            + "or ask the broker's operator for more: broker.clients.<name>.requests-per-minute.")
                            .withRetryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill())
                                    .plusMillis(999));
                });
    }

    private static TimeMeter timeOf(Clock clock) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return clock.millis() * 1_000_000;
            }

            @Override
            public boolean isWallClockBased() {
                return true;
            }
        };
    }
}
