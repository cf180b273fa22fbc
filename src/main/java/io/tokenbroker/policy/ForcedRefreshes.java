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
 * How often one client may insist on a new token of the same account, by {@code force_refresh} or by rejecting the one it
 * has. A turn is taken before the tenant is asked, so that of many at once one asks, and is given back where no answer came:
 * an outage uses nothing up.
 */
public final class ForcedRefreshes {

    static final String RULE = "force-refresh-interval";

    private final Duration interval;
    private final Clock clock;

    /** When each account's last turn was taken. Losing one allows a refresh more. */
    private final Cache<Object, Instant> taken =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    ForcedRefreshes(Duration interval, Clock clock) {
        this.interval = interval;
        this.clock = clock;
    }

    /**
     * One caller at a time gets it.
     *
     * @param account with its present authorization: a new one is a new beginning
     * @return empty for who is too early
     */
    public Optional<Turn> take(Object account) {
        var now = clock.instant();
        return interval.isZero() || isMine(account, now) ? Optional.of(new Turn(account, now)) : Optional.empty();
    }

    /** What a caller is told who is too early. */
    public BrokerException refused(Object account) {
        return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, refusal(account))
                .withRetryAfter(Duration.ofSeconds(secondsLeft(account)));
    }

    public Verdict judge(Object account) {
        return new Verdict(RULE, left(account).isZero(), refusal(account));
    }

    private boolean isMine(Object account, Instant now) {
        var last = taken.getIfPresent(account);
        return last == null
                ? taken.asMap().putIfAbsent(account, now) == null
                : left(last, now).isZero() && taken.asMap().replace(account, last, now);
    }

    private String refusal(Object account) {
        return "This client has insisted on a new token of this account a moment ago. Use that token, or try again in %d seconds. "
                        .formatted(secondsLeft(account))
                + "The broker's operator decides: broker.clients.<name>.force-refresh-interval.";
    }

    /** In whole seconds, so that who waits as long is not too early. */
    private long secondsLeft(Object account) {
        return Math.max(1, left(account).plusMillis(999).toSeconds());
    }

    private Duration left(Object account) {
        return Optional.ofNullable(taken.getIfPresent(account))
                .map(last -> left(last, clock.instant()))
                .orElse(Duration.ZERO);
    }

    /** A clock that was set back must not prolong it. */
    private Duration left(Instant last, Instant now) {
        var since = Duration.between(last, now);
        return since.isNegative() || since.compareTo(interval) >= 0 ? Duration.ZERO : interval.minus(since);
    }

    /** The right to ask the tenant once. */
    public final class Turn {

        private final Object account;
        private final Instant since;

        private Turn(Object account, Instant since) {
            this.account = account;
            this.since = since;
        }

        /** The tenant gave no answer. */
        public void giveBack() {
            taken.asMap().remove(account, since);
        }
    }
}
