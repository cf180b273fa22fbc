package io.tokenbroker.fusionauth;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What it means that a call has failed, and whether FusionAuth itself gave the answer. */
final class Failures {

    private Failures() {}

    /** What an unexpected answer, or none, means to a caller. */
    static BrokerException problem(ClientResponse<?, ?> response, String call) {
        var status = response.status;
        return switch (status) {
            case 401, 403, 407 -> isOfTheKey(response) ? keyRefused(call) : refusedInBetween(status, call);
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
                        ? unavailable("FusionAuth, or something between it and the broker, answers with an error (%d)."
                                .formatted(status))
                        : unusable(status, call);
        };
    }

    static BrokerException unusable(int status, String call) {
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "FusionAuth gave an answer to %s that the broker cannot use (%d). Its operator should check version and settings."
                        .formatted(call, status));
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

    /** Whether FusionAuth refuses the broker's API key; a proxy's 401 has a body of the proxy's. */
    static boolean isOfTheKey(ClientResponse<?, ?> response) {
        return response.status == 401 && isItsOwn(response);
    }

    /** @throws BrokerException if something between the broker and FusionAuth answers in its place */
    static void requireItsOwn(ClientResponse<?, ?> response, String call) {
        if (!isItsOwn(response)) {
            throw answeredInBetween(response.status, call);
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

    private static BrokerException keyRefused(String call) {
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "FusionAuth refuses the broker's API key for %s. The operator must check broker.fusionauth.api-key and its permissions."
                        .formatted(call));
    }

    private static BrokerException refusedInBetween(int status, String call) {
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "Something between the broker and FusionAuth refuses %s (%d). The operator must let the broker through, or set broker.fusionauth.url to FusionAuth itself; if nothing is in between, check broker.fusionauth.api-key."
                        .formatted(call, status));
    }

    private static BrokerException answeredInBetween(int status, String call) {
        return unavailable(
                "Something between the broker and FusionAuth answered %s in its place (%d).".formatted(call, status));
    }

    private static BrokerException unavailable(String what) {
        return new BrokerException(
                        ProblemType.FUSIONAUTH_UNAVAILABLE, what + " Nothing was changed or lost; try again later.")
                .withRetryAfter(Duration.ofSeconds(5));
    }
}
