package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenbroker.problem.ErrorShape.Refusal;

/** A refusal with the members that one or the other Azure SDK shows: to a developer this is all there is to see. */
public record ManagedIdentityError(
        @JsonProperty("statusCode") int statusCode,
        String error,
        String errorDescription,
        String message,
        @JsonProperty("correlationId") String correlationId) {

    private static final String UNKNOWN_CLIENT =
            "The client is not known: IDENTITY_HEADER must be its whole broker key, which arrives as X-IDENTITY-HEADER.";

    static Refusal refusal(BrokerException e, String requestId) {
        var text = e.type() == ProblemType.UNAUTHORIZED ? UNKNOWN_CLIENT : e.detail() + advice(e);
        var code = e.type().code();
        // SDKs repeat a request that is answered by 404, as if the identity could appear.
        var status = e.type().status() == 404 ? 400 : e.type().status();
        return Refusal.json(status, new ManagedIdentityError(status, code, text, code + ": " + text, requestId));
    }

    /** The developer has set a few variables, and sees no other member of ours. */
    private static String advice(BrokerException e) {
        return switch (e.type()) {
            case ACCOUNT_NOT_FOUND ->
                " The id comes from AZURE_CLIENT_ID (client_id), or from the path of IDENTITY_ENDPOINT.";
            case NOT_FOUND -> " IDENTITY_ENDPOINT must end in /msi/token or /accounts/<id>/msi/token.";
            default -> e.advice();
        };
    }
}
