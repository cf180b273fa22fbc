package io.tokenbroker.problem;

import java.util.Locale;

/** Every refusal there is: its status and what it says in a few words. The lower-case name is the code on the wire. */
public enum ProblemType {
    INVALID_REQUEST(400, "The request is not understood"),
    UNSUPPORTED_GRANT_TYPE(400, "The grant type is not supported"),
    INVALID_STATE(400, "The state is not one of ours"),
    STATE_EXPIRED(400, "The sign-in took too long"),
    REDIRECT_URI_NOT_ALLOWED(400, "The redirect URI is not allowed"),
    AUTHORIZATION_DENIED(400, "The person declined"),
    AUTHORIZATION_FAILED(400, "The sign-in at the provider failed"),
    INVALID_SCOPE(400, "The scope is not valid"),
    INVALID_TARGET(400, "The resource is not valid"),
    UNAUTHORIZED(401, "The caller is not known"),
    FORBIDDEN(403, "The caller may not do this"),
    USER_DISABLED(403, "The account's owner is deactivated or not registered"),
    CONSENT_REQUIRED(403, "Consent is missing"),
    INTERACTION_REQUIRED(403, "The person must sign in interactively"),
    BLOCKED_BY_POLICY(403, "The tenant's policy blocks this"),
    ACCOUNT_DISABLED(403, "The account is disabled at its provider"),
    PROVIDER_NOT_FOUND(404, "There is no such provider"),
    ACCOUNT_NOT_FOUND(404, "There is no such account"),
    NOT_FOUND(404, "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    NOT_ACCEPTABLE(406, "No acceptable representation"),
    REAUTHORIZATION_REQUIRED(409, "The account must be authorized again"),
    NO_REFRESH_TOKEN(409, "The account has no refresh token"),
    LINKED_TO_ANOTHER_USER(409, "The account is linked to another user"),
    IDENTITY_MISMATCH(409, "Another account came back"),
    LINK_LIMIT_REACHED(409, "No more accounts can be linked"),
    PENDING_LINK_EXPIRED(409, "The pending link has expired"),
    CONTENT_TOO_LARGE(413, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported"),
    RATE_LIMITED(429, "Too many requests"),
    INTERNAL_ERROR(500, "The broker failed"),
    PROVIDER_MISCONFIGURED(502, "The provider is not set up correctly"),
    UPSTREAM_ERROR(502, "An upstream answered something unusable"),
    PROVIDER_UNAVAILABLE(503, "The provider is not available"),
    FUSIONAUTH_UNAVAILABLE(503, "FusionAuth is not available"),
    STORE_UNAVAILABLE(503, "The store is not available"),
    UPSTREAM_TIMEOUT(504, "An upstream did not answer in time");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** The stable code on the wire, such as {@code account_not_found}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
