package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tokenbroker.problem.ErrorShape.Refusal;
import org.jspecify.annotations.Nullable;

/** A refusal in the words of OAuth (RFC 6749 §5.2, RFC 8693 §2.2.2), and what ours say beyond them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OAuthError(
        String error,
        String errorDescription,
        String brokerCode,
        @Nullable String accountId,
        @Nullable String claims,
        @Nullable String suberror,
        @Nullable Reauthorize reauthorize,
        String requestId) {

    private static final String UNKNOWN_CLIENT =
            "The client is not known: send its name and broker key by HTTP Basic, or as client_id and client_secret in the body. A user's token is a subject_token, no client's.";

    static Refusal refusal(BrokerException e, String requestId) {
        var error = errorOf(e);
        var body = new OAuthError(
                error,
                error.equals("invalid_client") ? UNKNOWN_CLIENT : printable(e.detail() + e.advice()),
                e.type().code(),
                e.reauthorize().map(Reauthorize::accountId).orElse(null),
                e.reauthorize().map(Reauthorize::claims).orElse(null),
                e.upstream().map(Upstream::suberror).orElse(null),
                e.reauthorize().orElse(null),
                requestId);
        return Refusal.json(statusOf(error, e.type()), body);
    }

    /** 400 unless OAuth or HTTP has a better one. What is forbidden, missing or in conflict has none in OAuth. */
    private static int statusOf(String error, ProblemType type) {
        return switch (error) {
            case "invalid_client" -> 401;
            case "invalid_request", "temporarily_unavailable", "server_error" -> type.status();
            default -> 400;
        };
    }

    private static String errorOf(BrokerException e) {
        if (e.type() == ProblemType.FORBIDDEN && e.rule().isPresent()) {
            return switch (e.rule().get()) {
                case "resources" -> "invalid_target";
                case "scopes" -> "invalid_scope";
                default -> "unauthorized_client";
            };
        }
        return e.errors().stream().anyMatch(field -> field.field().equals("resource"))
                ? "invalid_target"
                : e.type().oauthError();
    }

    /** RFC 6749 §5.2 allows ASCII without quote and backslash. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]", "?");
    }
}
