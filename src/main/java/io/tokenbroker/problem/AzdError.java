package io.tokenbroker.problem;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A refusal as azd reads it; it shows the message and nothing else. */
@Schema(name = "AzdError", description = "A refusal, as azd reads it.")
public record AzdError(
        @Schema(description = "Always error.", enumeration = "error", examples = "error")
        String status,

        @Schema(
                description = "NotSignedInError where a person must authorize an account, else GetTokenError.",
                enumeration = {"GetTokenError", "NotSignedInError"},
                examples = "NotSignedInError")
        String code,

        @Schema(
                description = "What happened, who must act and how; the code that a problem has, and the X-Request-Id.",
                examples =
                        "The person must authorize the account again. (reauthorization_required, request 5f0c6a52e1)")
        String message) {

    static AzdError of(BrokerException e, String requestId) {
        return new AzdError(
                "error",
                codeOf(e.type()),
                "%s (%s, request %s)".formatted(e.detail(), e.type().code(), requestId));
    }

    /** azd takes any other for a fault of the line. Methods are the exception: azd has but one. */
    static int statusOf(ProblemType type) {
        return type == ProblemType.METHOD_NOT_ALLOWED ? type.status() : 200;
    }

    private static String codeOf(ProblemType type) {
        return switch (type) {
            case ACCOUNT_NOT_FOUND,
                    NO_REFRESH_TOKEN,
                    REAUTHORIZATION_REQUIRED,
                    CONSENT_REQUIRED,
                    INTERACTION_REQUIRED -> "NotSignedInError";
            default -> "GetTokenError";
        };
    }
}
