package io.tokenbroker.tenant;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.smallrye.faulttolerance.api.Guard;
import io.tokenbroker.circuit.Circuit;
import io.tokenbroker.problem.Upstream;
import io.tokenbroker.tenant.RefreshOutcome.Outage;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.BulkheadException;

/**
 * Keeps tenants apart, so that one that hangs costs nobody but its own accounts: each has so many places, whoever finds
 * none waits in line, and while it answers nobody at all, a few try it and nobody else waits for it. Call it on virtual
 * threads; blocks.
 */
@Singleton
class Compartments {

    /** More calls than a tenant is asked at once in health; less than the connections to its host, which others share. */
    private static final int PLACES = 32;

    private static final int LINE = 2_000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** From one try to the next while it answers nobody. */
    static final Duration REST = Duration.ofSeconds(5);

    private final Clock clock;

    final LoadingCache<TokenEndpoint.Client, Compartment> compartments =
            Caffeine.newBuilder().maximumSize(10_000).build(this::open);

    Compartments(Clock clock) {
        this.clock = clock;
    }

    /**
     * Runs {@code work} once there is a place for it; nobody waits for one much longer than a refresh takes, nor at all where
     * the last refreshes were of no avail.
     */
    Optional<RefreshOutcome> inTurn(
            TokenEndpoint endpoint,
            RefreshGrant.Request request,
            Function<Circuit.Pass, Optional<RefreshOutcome>> work) {
        var compartment = compartments.get(endpoint.client());
        return compartment
                .circuit()
                .enter(
                        request.identity(),
                        request.userId().toString(),
                        pass -> inTurn(compartment.places(), () -> work.apply(pass)))
                .orElseGet(() -> Optional.of(leftAlone()));
    }

    @SuppressWarnings("unchecked") // the library asks for a class, which knows no type arguments
    private Optional<RefreshOutcome> inTurn(Guard places, Supplier<Optional<RefreshOutcome>> work) {
        var since = clock.instant();
        try {
            return places.get(
                    () -> Duration.between(since, clock.instant()).compareTo(LONGEST_WAIT) > 0
                            ? Optional.<RefreshOutcome>of(Unavailable.crowded())
                            : work.get(),
                    Optional.class);
        } catch (BulkheadException full) {
            return Optional.of(Unavailable.crowded());
        }
    }

    /** Makes the call, unless the last ones were of no avail by now. */
    static RefreshOutcome ifItAnswers(Circuit.Pass pass, Supplier<RefreshOutcome> call) {
        return pass.call(call, Compartments::isOutage).orElseGet(Compartments::leftAlone);
    }

    private static Unavailable leftAlone() {
        return new Unavailable(Outage.FAILING, Optional.of(REST), Upstream.error(null));
    }

    private static boolean isOutage(RefreshOutcome outcome) {
        return outcome instanceof Unavailable unavailable && isOutage(unavailable.outage());
    }

    private static boolean isOutage(Outage outage) {
        return switch (outage) {
            case FAILING, UNREACHABLE, BROKEN_OFF, TIMED_OUT -> true;
            case THROTTLED, ASKED_TOO_OFTEN, CROWDED -> false;
        };
    }

    private Compartment open(TokenEndpoint.Client client) {
        var places = Guard.create()
                .withBulkhead()
                .limit(PLACES)
                .queueSize(LINE)
                .enableSynchronousQueueing()
                .done()
                .build();
        return new Compartment(places, new Circuit(nameOf(client), REST, clock));
    }

    private static String nameOf(TokenEndpoint.Client client) {
        return "%s for %s".formatted(client.uri(), client.clientId());
    }

    record Compartment(Guard places, Circuit circuit) {}
}
