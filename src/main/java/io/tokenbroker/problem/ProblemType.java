package io.tokenbroker.problem;

import java.util.Locale;

/** Every refusal there is: its status, its error in OAuth, its title. The lower-case name is the code on the wire. */
public enum ProblemType {
    INVALID_REQUEST(400, "invalid_request", "The request is not understood"),
    UNSUPPORTED_GRANT_TYPE(400, "unsupported_grant_type", "The grant type is not supported"),
    INVALID_STATE(400, "invalid_request", "The state is not one of ours"),
    STATE_EXPIRED(400, "invalid_request", "The sign-in took too long"),
    REDIRECT_URI_NOT_ALLOWED(400, "invalid_request", "The redirect URI is not allowed"),
    AUTHORIZATION_DENIED(400, "invalid_request", "The person declined"),
    AUTHORIZATION_FAILED(400, "invalid_request", "The sign-in at the provider failed"),
    INVALID_SCOPE(400, "invalid_scope", "The scope is not valid"),
    INVALID_TARGET(400, "invalid_target", "The resource is not valid"),
    UNAUTHORIZED(401, "invalid_client", "The caller is not known"),
    FORBIDDEN(403, "invalid_client", "The caller may not do this"),
    USER_DISABLED(403, "invalid_grant", "The account's owner is deactivated or not registered"),
    CONSENT_REQUIRED(403, "invalid_grant", "Consent is missing"),
    INTERACTION_REQUIRED(403, "invalid_grant", "The person must sign in interactively"),
    BLOCKED_BY_POLICY(403, "invalid_grant", "The tenant's policy blocks this"),
    ACCOUNT_DISABLED(403, "invalid_grant", "The account is disabled at its provider"),
    PROVIDER_NOT_FOUND(404, "invalid_target", "There is no such provider"),
    ACCOUNT_NOT_FOUND(404, "invalid_target", "There is no such account"),
    NOT_FOUND(404, "invalid_request", "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "invalid_request", "The method is not allowed here"),
    NOT_ACCEPTABLE(406, "invalid_request", "No acceptable representation"),
    REAUTHORIZATION_REQUIRED(409, "invalid_grant", "The account must be authorized again"),
    NO_REFRESH_TOKEN(409, "invalid_grant", "The account has no refresh token"),
    LINKED_TO_ANOTHER_USER(409, "invalid_grant", "The account is linked to another user"),
    IDENTITY_MISMATCH(409, "invalid_grant", "Another account came back"),
    LINK_LIMIT_REACHED(409, "invalid_grant", "No more accounts can be linked"),
    PENDING_LINK_EXPIRED(409, "invalid_grant", "The pending link has expired"),
    CONTENT_TOO_LARGE(413, "invalid_request", "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "invalid_request", "The media type is not supported"),
    REQUEST_HEADER_FIELDS_TOO_LARGE(431, "invalid_request", "The header fields are too large"),
    RATE_LIMITED(429, "temporarily_unavailable", "Too many requests"),
    INTERNAL_ERROR(500, "server_error", "The broker failed"),
    PROVIDER_MISCONFIGURED(502, "server_error", "The provider is not set up correctly"),
    UPSTREAM_ERROR(502, "server_error", "An upstream answered something unusable"),
    PROVIDER_UNAVAILABLE(503, "temporarily_unavailable", "The provider is not available"),
    FUSIONAUTH_UNAVAILABLE(503, "temporarily_unavailable", "FusionAuth is not available"),
    STORE_UNAVAILABLE(503, "temporarily_unavailable", "The store is not available"),
    UPSTREAM_TIMEOUT(504, "temporarily_unavailable", "An upstream did not answer in time");

    private final int status;
    private final String oauthError;
    private final String title;

    ProblemType(int status, String oauthError, String title) {
        this.status = status;
        this.oauthError = oauthError;
        this.title = title;
    }

    public int status() {
        return status;
    }

    /** The {@code error} of RFC 6749 §5.2 and RFC 8693 §2.2.2. */
    String oauthError() {
        return oauthError;
    }

    public String title() {
        return title;
    }

    /** The stable code on the wire, such as {@code account_not_found}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
