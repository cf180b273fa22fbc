package io.tokenbroker.fusionauth;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.client.FusionAuthClient;
import io.quarkus.runtime.Startup;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
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
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
            requireItsOwn(response, path);
            return Optional.empty();
        }
        if (response.status != 200 || response.successResponse == null) {
            throw problem(response.status, path);
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

    /** @param status of the unexpected answer; -1 if there was none */
    static BrokerException problem(int status, String call) {
        return switch (status) {
            case 401 ->
                new BrokerException(
                        ProblemType.UPSTREAM_ERROR,
                        "FusionAuth refuses the broker's API key for %s. The operator must check broker.fusionauth.api-key and its permissions."
                                .formatted(call));
            case -1 -> unavailable("FusionAuth does not answer.");
            case 301, 302, 303, 307, 308 ->
                new BrokerException(
                        ProblemType.UPSTREAM_ERROR,
                        "FusionAuth redirects %s elsewhere (%d), where the broker does not take its API key. The operator must set broker.fusionauth.url to where FusionAuth itself is."
                                .formatted(call, status));
            case 409 -> unavailable("FusionAuth is busy with the same record.");
            case 429 -> unavailable("FusionAuth is throttling the broker.");
            default ->
                status >= 500
                        ? unavailable("FusionAuth answers with an error of its own (%d).".formatted(status))
                        : new BrokerException(
                                ProblemType.UPSTREAM_ERROR,
                                "FusionAuth gave an answer to %s that the broker cannot use (%d). Its operator should check version and settings."
                                        .formatted(call, status));
        };
    }

    /** Whether no connection came about, so that FusionAuth cannot have seen the request. */
    static boolean neverSent(ClientResponse<?, ?> response) {
        var e = response.exception;
        return e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof NoRouteToHostException
                || (timedOut(response) && String.valueOf(e.getMessage()).contains("onnect timed out"));
    }

    static boolean timedOut(ClientResponse<?, ?> response) {
        return response.exception instanceof SocketTimeoutException;
    }

    /** Whether a refusal is FusionAuth's: it has codes, or no body; a proxy's has a body of the proxy's. */
    static boolean isItsOwn(ClientResponse<?, ?> response) {
        return response.errorResponse instanceof Errors errors ? !codes(errors).isEmpty() : response.exception == null;
    }

    /** @throws BrokerException if something between the broker and FusionAuth answers in its place */
    static void requireItsOwn(ClientResponse<?, ?> response, String call) {
        if (!isItsOwn(response)) {
            throw unavailable("Something between the broker and FusionAuth answered %s in its place (%d)."
                    .formatted(call, response.status));
        }
    }

    /** All codes of an error answer; the messages beside them are free text and stay here. */
    static Set<String> codes(@Nullable Errors errors) {
        var codes = new HashSet<String>();
        if (errors != null) {
            errors.generalErrors.forEach(error -> codes.add(String.valueOf(error.code)));
            errors.fieldErrors.values().forEach(list -> list.forEach(error -> codes.add(String.valueOf(error.code))));
        }
        return codes;
    }

    private static BrokerException unavailable(String what) {
        return new BrokerException(
                        ProblemType.FUSIONAUTH_UNAVAILABLE, what + " Nothing was changed or lost; try again later.")
                .withRetryAfter(Duration.ofSeconds(5));
    }
}
