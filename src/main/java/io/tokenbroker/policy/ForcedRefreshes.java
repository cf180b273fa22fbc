package io.tokenbroker.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often one client may insist on a new token of the same account, by {@code force_refresh}. What counts is that the
 * tenant answered: whoever waits together waits for one answer, and an outage uses nothing up.
 */
public final class ForcedRefreshes {

    static final String RULE = "force-refresh-interval";

    private static final String REFUSAL =
            "This client has insisted on a new token of this account a moment ago. Use that token, or wait as Retry-After says. "
                    + "The broker's operator decides: broker.clients.<name>.force-refresh-interval.";

    private final Duration interval;
    private final Clock clock;

    /** When each account's tenant last answered. Losing one allows a refresh more. */
    private final Cache<Object, Instant> answered =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    ForcedRefreshes(Duration interval, Clock clock) {
        this.interval = interval;
        this.clock = clock;
    }

    /** @param account with its present authorization: a new one is a new beginning */
    public boolean isSpent(Object account) {
        return !left(account).isZero();
    }

    /** What a caller is told who is too early. */
    public BrokerException refused(Object account) {
        return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, REFUSAL)
                .withRetryAfter(left(account).plusMillis(999));
    }

    public Verdict judge(Object account) {
        return new Verdict(RULE, !isSpent(account), REFUSAL);
    }

    /** The tenant has answered. */
    public void note(Object account) {
        if (interval.isPositive()) {
            answered.put(account, clock.instant());
        }
    }

    /** A clock that was set back must not prolong it. */
    private Duration left(Object account) {
        return Optional.ofNullable(answered.getIfPresent(account))
                .map(last -> Duration.between(last, clock.instant()))
                .filter(since -> !since.isNegative() && since.compareTo(interval) < 0)
                .map(interval::minus)
                .orElse(Duration.ZERO);
    }
}
