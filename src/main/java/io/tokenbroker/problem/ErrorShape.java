package io.tokenbroker.problem;

import io.vertx.ext.web.RoutingContext;

/** How refusals look: problems, except at the doors for programs that know another form. The path tells which door it is. */
public enum ErrorShape {
    /** RFC 6749 §5.2. */
    OAUTH("/oauth2/token") {
        @Override
        public Refusal of(BrokerException e, String requestId) {
            return new Refusal(OAuthError.statusOf(e), JSON, OAuthError.of(e, requestId));
        }
    },

    /** App Service's managed identity. */
    MANAGED_IDENTITY("/msi/token") {
        @Override
        public Refusal of(BrokerException e, String requestId) {
            var error = ManagedIdentityError.of(e, requestId);
            return new Refusal(error.statusCode(), JSON, error);
        }
    },

    /** azd's external authentication. */
    AZD("/azd/token") {
        @Override
        public Refusal of(BrokerException e, String requestId) {
            return new Refusal(AzdError.statusOf(e.type()), JSON, AzdError.of(e, requestId));
        }
    },

    /** RFC 9457: every other path. */
    PROBLEM("") {
        @Override
        public Refusal of(BrokerException e, String requestId) {
            return new Refusal(e.type().status(), Problem.MEDIA_TYPE, Problem.of(e, requestId));
        }
    };

    private static final String JSON = "application/json";

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

    public abstract Refusal of(BrokerException e, String requestId);

    /** @param body to be written as JSON */
    public record Refusal(int status, String mediaType, Object body) {}
}
