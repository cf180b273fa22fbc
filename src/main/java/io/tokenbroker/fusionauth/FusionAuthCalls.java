package io.tokenbroker.fusionauth;

import com.inversoft.rest.ClientResponse;
import io.fusionauth.client.FusionAuthClient;
import io.quarkus.runtime.Startup;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import io.tokenbroker.upstream.Bulkhead;
import io.tokenbroker.upstream.Calls;
import io.tokenbroker.upstream.Calls.Callee;
import io.tokenbroker.upstream.OutboundProxy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Calls to FusionAuth by its own client, with our timeouts, limits and error texts. The client's requests, answers and
 * exceptions print tokens, so none of them is logged, kept as a cause, or seen outside this package.
 */
@Startup // before anything else uses HttpURLConnection, which reads its settings once
@ApplicationScoped
class FusionAuthCalls {

    /** What metrics call most operations. */
    static final String API = "api";

    private static final int READ_MILLIS = 5_000;

    /** FusionAuth makes three calls of up to ten seconds each at the provider before it answers Complete. */
    private static final int COMPLETE_MILLIS = 35_000;

    /** 48 + 16 sign-ins of one provider = http.maxConnections (64). */
    private static final Bulkhead.Limits LIMITS = limits(48, 32);

    private static final Bulkhead.Limits COMPLETE_LIMITS = limits(16, 12);

    private final Optional<OutboundProxy.Address> through;
    private volatile FusionAuthClient api;
    private volatile FusionAuthClient complete;
    private final Bulkhead bulkhead;
    private final Calls calls;
    private final Clock clock;
    private final ConcurrentMap<UUID, Bulkhead> completeBulkheads = new ConcurrentHashMap<>();

    FusionAuthCalls(BrokerSettings settings, OutboundProxy proxy, Calls calls, Clock clock) {
        var fusionAuth = settings.fusionauth();
        through = proxy.on(fusionAuth.url());
        api = new ConfinedClient(fusionAuth, READ_MILLIS, through);
        complete = new ConfinedClient(fusionAuth, COMPLETE_MILLIS, through);
        this.calls = calls;
        this.bulkhead = calls.watched("none", new Bulkhead("fusionauth", LIMITS, clock));
        this.clock = clock;
    }

    void rotate(@Observes SecretsRotated secrets) {
        api = new ConfinedClient(secrets.settings().fusionauth(), READ_MILLIS, through);
        complete = new ConfinedClient(secrets.settings().fusionauth(), COMPLETE_MILLIS, through);
    }

    /** The JDK's HttpURLConnection reads these properties once, at its first use: they are set before there is any bean. */
    static void prepareConnections(@Observes @Initialized(ApplicationScoped.class) Object start) {
        // It keeps five idle connections a host otherwise.
        System.setProperty("http.maxConnections", "64");
        // It sends a POST again after the connection has closed otherwise; an authorization code works once.
        System.setProperty("sun.net.http.retryPost", "false");
        // It refuses to tell a proxy a password otherwise.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }

    /**
     * Makes a call when its turn comes. One that the bulkhead refuses ends as if FusionAuth could not be reached.
     *
     * @param person the user whom it is about, or what else FusionAuth may fail for alone
     */
    <S, F> ClientResponse<S, F> call(String person, Function<FusionAuthClient, ClientResponse<S, F>> call) {
        return inTurn(bulkhead, API, person, () -> call.apply(api));
    }

    /**
     * Reads something; empty if FusionAuth says, by one of these statuses, that it is not there.
     *
     * @param operation what metrics call it
     * @throws BrokerException if there is no such answer
     */
    <S, F> Optional<S> read(
            String operation,
            String person,
            String path,
            Set<Integer> notThere,
            Function<FusionAuthClient, ClientResponse<S, F>> call) {
        var response = inTurn(bulkhead, operation, person, () -> call.apply(api));
        if (notThere.contains(response.status)) {
            Failures.requireItsOwn(response, path);
            return Optional.empty();
        }
        if (response.status != 200 || response.successResponse == null) {
            throw Failures.problem(response, path);
        }
        return Optional.of(response.successResponse);
    }

    /** For Complete only: its callers wait for their provider, and must not keep those of others waiting. */
    <S, F> ClientResponse<S, F> complete(
            UUID provider, String person, Function<FusionAuthClient, ClientResponse<S, F>> call) {
        var ofProvider = completeBulkheads.computeIfAbsent(
                provider,
                id -> calls.watched(id.toString(), new Bulkhead("fusionauth-complete-" + id, COMPLETE_LIMITS, clock)));
        return inTurn(ofProvider, "complete", person, () -> call.apply(complete));
    }

    private <S, F> ClientResponse<S, F> inTurn(
            Bulkhead bulkhead, String operation, String person, Supplier<ClientResponse<S, F>> call) {
        Supplier<ClientResponse<S, F>> measured =
                () -> calls.measure(Callee.FUSIONAUTH, operation, call::get, response -> response.status);
        return bulkhead.inTurn(
                person,
                person,
                pass -> pass.call(measured, response -> response.status == -1 || response.status >= 500)
                        .orElseGet(FusionAuthCalls::notSent),
                refusal -> notSent());
    }

    private static <S, F> ClientResponse<S, F> notSent() {
        var response = new ClientResponse<S, F>();
        response.status = -1;
        response.exception = new ConnectException("The call was not made");
        return response;
    }

    /** A call that has waited 5 s is dropped: its caller has timed out, or its lease is about to end. */
    private static Bulkhead.Limits limits(int atOnce, int ofOneCaller) {
        return new Bulkhead.Limits(atOnce, ofOneCaller, 5_000, Duration.ofSeconds(5), Duration.ofSeconds(2));
    }
}
