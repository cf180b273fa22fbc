package io.tokenbroker.fusionauth;

import com.inversoft.rest.ClientResponse;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.Guard;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.jboss.logging.Logger;

/**
 * What FusionAuth is asked to bear: so many calls at a time, the others wait in line; and next to none while it answers
 * nobody, so that nobody waits for a time-out that all others have waited for. Blocks.
 */
final class BearableLoad {

    private static final Logger LOG = Logger.getLogger(BearableLoad.class);
    private static final int LINE = 5_000;

    /** Whoever has waited longer does not want it any more, or must not do it any more. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Clock clock;
    private final Guard places;
    private final Guard circuit;

    /** @param name tells it from others in the library's own metrics */
    BearableLoad(String name, int atOnce, Clock clock) {
        this.clock = clock;
        places = Guard.create()
                .withBulkhead()
                .limit(atOnce)
                .queueSize(LINE)
                .enableSynchronousQueueing()
                .done()
                .build();
        circuit = Guard.create()
                .withCircuitBreaker()
                .name(name)
                .failOn(NotAnswered.class)
                .requestVolumeThreshold(20)
                .failureRatio(0.8)
                .delay(2, ChronoUnit.SECONDS)
                .successThreshold(1)
                .onStateChange(BearableLoad::log)
                .done()
                .build();
    }

    /** The call's answer, or that of a connection that did not come about. */
    @SuppressWarnings("unchecked") // the library asks for a class, which knows no type arguments
    <S, F> ClientResponse<S, F> bear(Supplier<ClientResponse<S, F>> call) {
        var since = clock.instant();
        try {
            return places.get(
                    () -> Duration.between(since, clock.instant()).compareTo(LONGEST_WAIT) > 0
                            ? BearableLoad.<S, F>neverSent("Too many calls were before this one")
                            : ifItAnswers(call),
                    ClientResponse.class);
        } catch (BulkheadException full) {
            return neverSent("Too many calls wait already");
        }
    }

    @SuppressWarnings("unchecked")
    private <S, F> ClientResponse<S, F> ifItAnswers(Supplier<ClientResponse<S, F>> call) {
        try {
            return circuit.get(() -> failingIfNotAnswered(call.get()), ClientResponse.class);
        } catch (NotAnswered failed) {
            return failed.response();
        } catch (CircuitBreakerOpenException open) {
            return neverSent("It has not answered the last calls");
        }
    }

    private static <S, F> ClientResponse<S, F> failingIfNotAnswered(ClientResponse<S, F> response) {
        if (response.status == -1 || response.status >= 500) {
            throw new NotAnswered(response);
        }
        return response;
    }

    private static <S, F> ClientResponse<S, F> neverSent(String why) {
        var response = new ClientResponse<S, F>();
        response.status = -1;
        response.exception = new ConnectException(why);
        return response;
    }

    private static void log(CircuitBreakerState state) {
        switch (state) {
            case OPEN -> LOG.warn("FusionAuth does not answer; it is asked again now and then");
            case CLOSED -> LOG.info("FusionAuth answers again");
            case HALF_OPEN -> {}
        }
    }

    /** An answer on its way through the circuit breaker, which knows failures by exceptions only. */
    private static final class NotAnswered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient ClientResponse<?, ?> response;

        NotAnswered(ClientResponse<?, ?> response) {
            super("not answered", null, false, false);
            this.response = response;
        }

        @SuppressWarnings("unchecked") // it is thrown and caught around one call
        <S, F> ClientResponse<S, F> response() {
            return (ClientResponse<S, F>) response;
        }
    }
}
