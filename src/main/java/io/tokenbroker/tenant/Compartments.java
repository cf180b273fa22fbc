package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.Guard;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * Keeps tenants apart, so that one that hangs costs nobody but its own accounts: each has so many places, whoever finds
 * none waits in line, and while it answers nobody at all, nobody waits for it. Call it on virtual threads; blocks.
 */
@Singleton
class Compartments {

    private static final Logger LOG = Logger.getLogger(Compartments.class);

    /** More calls than a tenant is asked at once in health; less than the connections to its host, which others share. */
    private static final int PLACES = 32;

    private static final int LINE = 2_000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** Of the last so many calls, that share must have failed before the others stop. */
    private static final int LAST_CALLS = 20;

    private static final double FAILED = 0.8;

    /** Until one call tries again. */
    private static final Duration REST = Duration.ofSeconds(5);

    private final Clock clock;

    final LoadingCache<TokenEndpoint.Client, Compartment> compartments =
            Caffeine.newBuilder().maximumSize(10_000).build(Compartments::open);

    Compartments(Clock clock) {
        this.clock = clock;
    }

    /** Runs {@code work} once there is a place for it; nobody waits for one much longer than a refresh takes. */
    RefreshOutcome inTurn(TokenEndpoint endpoint, Supplier<RefreshOutcome> work) {
        var since = clock.instant();
        try {
            return compartments
                    .get(endpoint.client())
                    .places()
                    .get(
                            () -> Duration.between(since, clock.instant()).compareTo(LONGEST_WAIT) > 0
                                    ? crowded()
                                    : work.get(),
                            RefreshOutcome.class);
        } catch (BulkheadException full) {
            return crowded();
        }
    }

    private static RefreshOutcome crowded() {
        return new Unavailable(Outage.CROWDED, Optional.of(Duration.ofSeconds(1)), Upstream.error(null));
    }

    /** Makes the {@code call}, unless the last ones were of no avail. */
    RefreshOutcome ifItAnswers(TokenEndpoint endpoint, Supplier<RefreshOutcome> call) {
        try {
            return compartments
                    .get(endpoint.client())
                    .circuit()
                    .get(() -> failingIfNotAnswered(call.get()), RefreshOutcome.class);
        } catch (NotAnswered failed) {
            return failed.why;
        } catch (CircuitBreakerOpenException open) {
            return new Unavailable(Outage.FAILING, Optional.of(REST), Upstream.error(null));
        }
    }

    private static RefreshOutcome failingIfNotAnswered(RefreshOutcome outcome) {
        if (outcome instanceof Unavailable unavailable && isOutage(unavailable.outage())) {
            throw new NotAnswered(unavailable);
        }
        return outcome;
    }

    private static boolean isOutage(Outage outage) {
        return switch (outage) {
            case FAILING, UNREACHABLE, BROKEN_OFF, TIMED_OUT -> true;
            case THROTTLED, ASKED_TOO_OFTEN, CROWDED -> false;
        };
    }

    private static Compartment open(TokenEndpoint.Client client) {
        var places = Guard.create()
                .withBulkhead()
                .limit(PLACES)
                .queueSize(LINE)
                .enableSynchronousQueueing()
                .done()
                .build();
        var circuit = Guard.create()
                .withCircuitBreaker()
                .failOn(NotAnswered.class)
                .requestVolumeThreshold(LAST_CALLS)
                .failureRatio(FAILED)
                .delay(REST.toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .onStateChange(state -> log(client, state))
                .done()
                .build();
        return new Compartment(places, circuit);
    }

    private static void log(TokenEndpoint.Client client, CircuitBreakerState state) {
        switch (state) {
            case OPEN -> LOG.warnf("%s does not answer; it is asked again now and then", client.uri());
            case CLOSED -> LOG.infof("%s answers again", client.uri());
            case HALF_OPEN -> {}
        }
    }

    record Compartment(Guard places, Guard circuit) {}

    /** An outcome on its way through the circuit breaker, which knows failures by exceptions only. */
    private static final class NotAnswered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Unavailable why;

        NotAnswered(Unavailable why) {
            super(why.outage().name(), null, false, false);
            this.why = why;
        }
    }
}
