package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A refusal with the members that one or the other Azure SDK shows: to a developer this is all there is to see. */
@Schema(name = "ManagedIdentityError", description = "A refusal, with the members that the Azure SDKs read.")
public record ManagedIdentityError(
        @Schema(description = "The HTTP status.", examples = "403") @JsonProperty("statusCode")
        int statusCode,

        @Schema(description = "The code that a problem has.", examples = "forbidden")
        String error,

        @Schema(
                description = "What happened, who must act and how. Made for people; do not parse.",
                examples = "This client's policy does not include this resource.")
        String errorDescription,

        @Schema(
                description = "The same after the code, for SDKs that show nothing else.",
                examples = "forbidden: This client's policy does not include this resource.")
        String message,

        @Schema(description = "The X-Request-Id of this answer.", examples = "5f0c6a52e1")
        @JsonProperty("correlationId")
        String correlationId) {

    private static final String WHO =
            "The client is not known: IDENTITY_HEADER must be its whole broker key, which arrives as X-IDENTITY-HEADER.";

    static ManagedIdentityError of(BrokerException e, String requestId) {
        var text = e.type() == ProblemType.UNAUTHORIZED ? WHO : e.detail() + advice(e);
        var code = e.type().code();
        return new ManagedIdentityError(statusOf(e.type()), code, text, code + ": " + text, requestId);
    }

    /** SDKs ask again and again where something is not found, as if it could appear: so nothing is. */
    public static int statusOf(ProblemType type) {
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
