package io.tokenbroker.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.time.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often one client may force a refresh of the same account, by {@code force_refresh} or by rejecting its token. A turn
 * is taken before the tenant is asked, so that of concurrent calls one asks; an outage gives it back.
 */
public final class ForcedRefreshes {

    static final String RULE = "force-refresh-interval";

    private final Duration interval;
    private final Clock clock;

    /** The interval after each account's last turn. Losing one allows a refresh more. */
    private final Cache<Object, Window> taken =
            Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();

    ForcedRefreshes(Duration interval, Clock clock) {
        this.interval = interval;
        this.clock = clock;
    }

    /**
     * Takes a turn, which one of concurrent callers gets.
     *
     * @param account with its present authorization: a new one is a new beginning
     * @return empty if it is too early
     */
    public Optional<Turn> take(Object account) {
        var now = clock.instant();
        var turn = new Turn(account, Window.of(now, interval));
        return interval.isZero() || isMine(turn, now) ? Optional.of(turn) : Optional.empty();
    }

    /** The refusal if it is too early. */
    public BrokerException refused(Object account) {
        return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, refusal(account))
                .withRetryAfter(Duration.ofSeconds(secondsLeft(account)));
    }

    public Verdict judge(Object account) {
        return new Verdict(RULE, left(account).isZero(), refusal(account));
    }

    private boolean isMine(Turn turn, Instant now) {
        var last = taken.getIfPresent(turn.account);
        return last == null
                ? taken.asMap().putIfAbsent(turn.account, turn.window) == null
                : !last.contains(now) && taken.asMap().replace(turn.account, last, turn.window);
    }

    private String refusal(Object account) {
        return "This client has insisted on a new token of this account a moment ago. Use that token, or try again in %d seconds. "
                        .formatted(secondsLeft(account))
                + "The broker's operator decides: broker.clients.<name>.force-refresh-interval.";
    }

    /** Rounded up to whole seconds, so that a caller that waits so long is not too early. */
    private long secondsLeft(Object account) {
        return Math.max(1, left(account).plusMillis(999).toSeconds());
    }

    private Duration left(Object account) {
        return Optional.ofNullable(taken.getIfPresent(account))
                .map(last -> last.left(clock.instant()))
                .orElse(Duration.ZERO);
    }

    /** The right to ask the tenant once. */
    public final class Turn {

        private final Object account;
        private final Window window;

        private Turn(Object account, Window window) {
            this.account = account;
            this.window = window;
        }

        /** For a tenant that gave no answer. */
        public void giveBack() {
            taken.asMap().remove(account, window);
        }
    }
}
