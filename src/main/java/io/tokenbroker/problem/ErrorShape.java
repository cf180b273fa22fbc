package io.tokenbroker.problem;

import io.vertx.ext.web.RoutingContext;

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
            case PROBLEM -> Problem.refusal(e, requestId);
        };
    }

    /** @param body to be written as JSON */
    public record Refusal(int status, String mediaType, Object body) {

        static Refusal json(int status, Object body) {
            return new Refusal(status, "application/json", body);
        }
    }
}
