package io.tokenbroker.circuit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.Guard;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * The calls to an upstream, which end while it answers nobody, so that nobody waits for what all others have waited for in
 * vain; after a rest one call tries again. An upstream may also fail for one account only, whose callers may keep asking:
 * of an account's failures in a row, a few count and no more.
 */
public final class Circuit {

    private static final Logger LOG = Logger.getLogger(Circuit.class);

    /** Of the last so many calls, that share must have failed before the others stop. */
    private static final int LAST_CALLS = 20;

    private static final double FAILED = 0.8;

    /** So fewer than four accounts do not make the share, if nobody else calls. */
    private static final int OF_ONE_ACCOUNT = 4;

    private final Guard breaker;
    private final Cache<String, Integer> failuresInARow = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterAccess(Duration.ofHours(1))
            .build();

    private volatile boolean closed = true;

    /**
     * @param name of the upstream, for the log and the library's own metrics
     * @param rest until one call tries again
     */
    public Circuit(String name, Duration rest) {
        breaker = Guard.create()
                .withDescription(name)
                .withCircuitBreaker()
                .failOn(Failure.class)
                .requestVolumeThreshold(LAST_CALLS)
                .failureRatio(FAILED)
                .delay(rest.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .onStateChange(state -> note(name, state))
                .done()
                .build();
    }

    /**
     * What the call resulted in; empty if it was not made, since the last ones were of no avail. Blocks as the call does.
     *
     * @param account whose call it is, or what else may fail alone
     * @param failed whether such a result tells of an upstream that does not answer
     */
    public <T> Optional<T> call(String account, Supplier<T> call, Predicate<T> failed) {
        Supplier<T> noted = () -> noted(account, call.get(), failed);
        var countsNoMore = failuresInARow.asMap().getOrDefault(account, 0) >= OF_ONE_ACCOUNT;
        return closed && countsNoMore ? Optional.of(noted.get()) : counted(noted, failed);
    }

    @SuppressWarnings("unchecked") // it is thrown and caught around one call
    private <T> Optional<T> counted(Supplier<T> call, Predicate<T> failed) {
        try {
            return Optional.of((T) breaker.get(() -> throwing(call.get(), failed), Object.class));
        } catch (Failure failure) {
            return Optional.of((T) failure.result);
        } catch (CircuitBreakerOpenException open) {
            return Optional.empty();
        }
    }

    private <T> T noted(String account, T result, Predicate<T> failed) {
        if (failed.test(result)) {
            failuresInARow.asMap().merge(account, 1, Integer::sum);
        } else {
            failuresInARow.invalidate(account);
        }
        return result;
    }

    private static <T> Object throwing(T result, Predicate<T> failed) {
        if (failed.test(result)) {
            throw new Failure(result);
        }
        return result;
    }

    private void note(String name, CircuitBreakerState state) {
        closed = state == CircuitBreakerState.CLOSED;
        switch (state) {
            case OPEN -> LOG.warnf("%s does not answer; it is asked again now and then", name);
            case CLOSED -> LOG.infof("%s answers again", name);
            case HALF_OPEN -> {}
        }
    }

    /** A result on its way through the circuit breaker, which knows failures by exceptions only. */
    private static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object result;

        Failure(Object result) {
            super("not answered", null, false, false);
            this.result = result;
        }
    }
}
