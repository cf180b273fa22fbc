package io.tokenbroker.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenbroker.problem.BrokerException.FieldError;
import io.tokenbroker.problem.BrokerException.Reauthorize;
import io.tokenbroker.problem.BrokerException.Upstream;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How refusals look: problems, except at the doors for programs that know another form. The end of the path names the door. */
public enum ErrorShape {
    OAUTH("/oauth2/token"),
    MANAGED_IDENTITY("/msi/token"),
    AZD("/azd/token"),
    /** Every other path. */
    PROBLEM("");

    private final String endOfPath;

    ErrorShape(String endOfPath) {
        this.endOfPath = endOfPath;
    }

    /** That of the door that was asked. The path as it was sent: what cannot even be decoded is refused too. */
    public static ErrorShape at(RoutingContext request) {
        var sent = String.valueOf(request.request().path());
        var path = sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent;
        for (var shape : values()) {
            if (path.endsWith(shape.endOfPath)) {
                return shape;
            }
        }
        return PROBLEM;
    }

    public Refusal of(BrokerException e, String requestId) {
        return switch (this) {
            case OAUTH -> OAuthError.refusal(e, requestId);
            case MANAGED_IDENTITY -> ManagedIdentityError.refusal(e, requestId);
            case AZD -> AzdError.refusal(e, requestId);
            case PROBLEM -> new Refusal(e.type().status(), "application/problem+json", Problem.of(e, requestId));
        };
    }

    /** @param body to be written as JSON */
    public record Refusal(int status, String mediaType, Object body) {

        static Refusal json(int status, Object body) {
            return new Refusal(status, "application/json", body);
        }
    }

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

    /** RFC 9457 problem details, as they leave the broker. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Problem(
            String type,
            String title,
            int status,
            String detail,
            String code,
            String requestId,
            List<FieldError> errors,
            @Nullable Reauthorize reauthorize,
            @Nullable Upstream upstream) {

        public static Problem of(BrokerException e, String requestId) {
            var type = e.type();
            return new Problem(
                    "urn:token-broker:problem:" + type.code(),
                    type.title(),
                    type.status(),
                    e.detail(),
                    type.code(),
                    requestId,
                    e.errors(),
                    e.reauthorize().orElse(null),
                    e.upstream().filter(Upstream::saysSomething).orElse(null));
        }
    }
}
