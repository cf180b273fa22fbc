package io.tokenbroker.policy;

import io.tokenbroker.policy.RefreshTurns.Turn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How often one client may have a token refreshed although a usable one is there. A turn is taken before the tenant is
 * asked, so that of concurrent calls one asks; an outage gives it back.
 */
public final class ForcedRefreshes {

    static final String RULE = "force-refresh-interval";

    private final String client;
    private final Duration interval;
    private final RefreshTurns turns;

    ForcedRefreshes(String client, Duration interval, RefreshTurns turns) {
        this.client = client;
        this.interval = interval;
        this.turns = turns;
    }

    /**
     * Takes the turns of all these, or none.
     *
     * @param what an account with its present authorization, for a new one is a new beginning; or a target of it
     * @return empty if it is too early
     */
    public Optional<List<Turn>> take(List<String> what) {
        var mine = new ArrayList<Turn>();
        for (var one : interval.isZero() ? List.<String>of() : what) {
            var turn = turns.take(name(one), interval);
            if (turn.isEmpty()) {
                mine.forEach(Turn::giveBack);
                return Optional.empty();
            }
            mine.add(turn.get());
        }
        return Optional.of(mine);
    }

    /** For how long a token that was got by such a turn is good enough for the same question. */
    public Duration interval() {
        return interval;
    }

    /** The refusal if it is too early. */
    public BrokerException refused(List<String> what) {
        return BrokerException.byRule(RULE, ProblemType.RATE_LIMITED, refusal(what))
                .withRetryAfter(Duration.ofSeconds(secondsLeft(what)));
    }

    public Verdict judge(List<String> what) {
        return new Verdict(RULE, left(what).isZero(), refusal(what));
    }

    private String refusal(List<String> what) {
        return "This client has had a new token of this account a moment ago, although it had a usable one. Use that token, or try again in %d seconds. "
                        .formatted(secondsLeft(what))
                + "The broker's operator decides: broker.clients.<name>.force-refresh-interval.";
    }

    /** Rounded up to whole seconds, so that a caller that waits so long is not too early. */
    private long secondsLeft(List<String> what) {
        return Math.max(1, left(what).plusMillis(999).toSeconds());
    }

    private Duration left(List<String> what) {
        return what.stream()
                .map(one -> turns.left(name(one)))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private String name(String what) {
        return client + "\n" + what;
    }
}
