package io.tokenbroker.fusionauth;

import com.inversoft.rest.ClientResponse;
import io.smallrye.faulttolerance.api.Guard;
import io.tokenbroker.circuit.Circuit;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/**
 * What FusionAuth is asked to bear: so many calls at a time, the others wait in line; and a few tries while it
 * answers nobody, so that nobody else waits for a time-out that all others have waited for. Blocks.
 */
final class BearableLoad {

    private static final int LINE = 5_000;

    /** Whoever has waited longer does not want it any more, or must not do it any more. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Clock clock;
    private final Guard places;
    private final Circuit circuit;

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
        circuit = new Circuit(name, Duration.ofSeconds(2), clock);
    }

    /**
     * The call's answer, or that of a connection that did not come about.
     *
     * @param person whose call it is, or what else FusionAuth may fail for alone
     */
    <S, F> ClientResponse<S, F> bear(String person, Supplier<ClientResponse<S, F>> call) {
        return circuit.enter(person, person, pass -> inTurn(() -> ifItAnswers(pass, call)))
                .orElseGet(BearableLoad::leftAlone);
    }

    @SuppressWarnings("unchecked") // the library asks for a class, which knows no type arguments
    private <S, F> ClientResponse<S, F> inTurn(Supplier<ClientResponse<S, F>> call) {
        var since = clock.instant();
        try {
            return places.get(
                    () -> Duration.between(since, clock.instant()).compareTo(LONGEST_WAIT) > 0
                            ? BearableLoad.<S, F>neverSent("Too many calls were before this one")
                            : call.get(),
                    ClientResponse.class);
        } catch (BulkheadException full) {
            return neverSent("Too many calls wait already");
        }
    }

    private static <S, F> ClientResponse<S, F> ifItAnswers(Circuit.Pass pass, Supplier<ClientResponse<S, F>> call) {
        return pass.call(call, response -> response.status == -1 || response.status >= 500)
                .orElseGet(BearableLoad::leftAlone);
    }

    private static <S, F> ClientResponse<S, F> leftAlone() {
        return neverSent("It has not answered the last calls");
    }

    private static <S, F> ClientResponse<S, F> neverSent(String why) {
        var response = new ClientResponse<S, F>();
        response.status = -1;
        response.exception = new ConnectException(why);
        return response;
    }
}
