package io.tokenbroker.problem;

import io.tokenbroker.problem.ErrorShape.Refusal;

/** A refusal as azd reads it; it shows the message and nothing else. */
public record AzdError(String status, String code, String message) {

    static Refusal refusal(BrokerException e, String requestId) {
        var message = "%s (%s, request %s)".formatted(e.detail(), e.type().code(), requestId);
        // azd takes any status but 200 for a fault of the line. It always sends POST, so a 405 is no answer to azd.
        var status = e.type() == ProblemType.METHOD_NOT_ALLOWED ? 405 : 200;
        return Refusal.json(status, new AzdError("error", codeOf(e.type()), message));
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
