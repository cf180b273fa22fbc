package io.tokenbroker.problem;

/** A refusal as azd reads it; it shows the message and nothing else. */
public record AzdError(String status, String code, String message) {

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
