package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
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

    private static final String WHO =
            "The client is not known: send its name and broker key by HTTP Basic, or as client_id and client_secret in the body. A user's token is a subject_token, no client's.";

    static OAuthError of(BrokerException e, String requestId) {
        var reauthorize = e.reauthorize().orElse(null);
        var error = codeOf(e);
        return new OAuthError(
                error,
                error.equals("invalid_client")
                        ? WHO
                        : printable(e.detail()
                                + e.reauthorize().map(Reauthorize::advice).orElse("")),
                e.type().code(),
                reauthorize == null ? null : reauthorize.accountId(),
                reauthorize == null ? null : reauthorize.claims(),
                e.upstream().map(Upstream::suberror).orElse(null),
                reauthorize,
                requestId);
    }

    /** 400 unless OAuth or HTTP has a better one. What is forbidden, missing or in conflict has none in OAuth. */
    static int statusOf(BrokerException e) {
        return switch (codeOf(e)) {
            case "invalid_client" -> 401;
            case "invalid_request", "temporarily_unavailable", "server_error" ->
                e.type().status();
            default -> 400;
        };
    }

    private static String codeOf(BrokerException e) {
        if (e.type() == ProblemType.FORBIDDEN && e.rule().isPresent()) {
            return switch (e.rule().get()) {
                case "resources" -> "invalid_target";
                case "scopes" -> "invalid_scope";
                default -> "unauthorized_client";
            };
        }
        return e.errors().stream().anyMatch(error -> error.field().equals("resource"))
                ? "invalid_target"
                : codeOf(e.type());
    }

    private static String codeOf(ProblemType type) {
        return switch (type) {
            case UNAUTHORIZED, FORBIDDEN -> "invalid_client";
            case UNSUPPORTED_GRANT_TYPE -> "unsupported_grant_type";
            case INVALID_SCOPE -> "invalid_scope";
            case INVALID_TARGET, ACCOUNT_NOT_FOUND, PROVIDER_NOT_FOUND -> "invalid_target";
            case REAUTHORIZATION_REQUIRED,
                    NO_REFRESH_TOKEN,
                    CONSENT_REQUIRED,
                    INTERACTION_REQUIRED,
                    BLOCKED_BY_POLICY,
                    ACCOUNT_DISABLED,
                    USER_DISABLED,
                    LINKED_TO_ANOTHER_USER,
                    IDENTITY_MISMATCH,
                    LINK_LIMIT_REACHED,
                    PENDING_LINK_EXPIRED -> "invalid_grant";
            case RATE_LIMITED, PROVIDER_UNAVAILABLE, FUSIONAUTH_UNAVAILABLE, STORE_UNAVAILABLE, UPSTREAM_TIMEOUT ->
                "temporarily_unavailable";
            case PROVIDER_MISCONFIGURED, UPSTREAM_ERROR, INTERNAL_ERROR -> "server_error";
            case INVALID_REQUEST,
                    INVALID_STATE,
                    STATE_EXPIRED,
                    REDIRECT_URI_NOT_ALLOWED,
                    AUTHORIZATION_DENIED,
                    AUTHORIZATION_FAILED,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    NOT_ACCEPTABLE,
                    CONTENT_TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE -> "invalid_request";
        };
    }

    /** RFC 6749 §5.2 allows ASCII without quote and backslash. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]", "?");
    }
}
