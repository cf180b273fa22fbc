package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A refusal with the members that one or the other Azure SDK shows: to a developer this is all there is to see. */
public record ManagedIdentityError(
        @JsonProperty("statusCode") int statusCode,
        String error,
        String errorDescription,
        String message,
        @JsonProperty("correlationId") String correlationId) {

    private static final String WHO =
            "The client is not known: IDENTITY_HEADER must be its whole broker key, which arrives as X-IDENTITY-HEADER.";

    static ManagedIdentityError of(BrokerException e, String requestId) {
        var text = e.type() == ProblemType.UNAUTHORIZED ? WHO : e.detail() + advice(e);
        var code = e.type().code();
        return new ManagedIdentityError(statusOf(e.type()), code, text, code + ": " + text, requestId);
    }

    /** SDKs ask again and again where something is not found, as if it could appear: so nothing is. */
    private static int statusOf(ProblemType type) {
        return type.status() == 404 ? ProblemType.INVALID_REQUEST.status() : type.status();
    }

    /** Who reads this has set a few variables, and sees no other member of ours. */
    private static String advice(BrokerException e) {
        return switch (e.type()) {
            case ACCOUNT_NOT_FOUND ->
                " The id comes from AZURE_CLIENT_ID (client_id), or from the path of IDENTITY_ENDPOINT.";
            case NOT_FOUND -> " IDENTITY_ENDPOINT must end in /msi/token or /accounts/<id>/msi/token.";
            default -> e.reauthorize().map(Reauthorize::advice).orElse("");
        };
    }
}
