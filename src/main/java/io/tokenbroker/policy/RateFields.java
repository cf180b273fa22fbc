package io.tokenbroker.policy;

import io.vertx.ext.web.RoutingContext;

/** Tells a client with a limited rate on an answer to a mint how much is left. */
public final class RateFields {

    private RateFields() {}

    /** As it stands when the answer goes out, whichever it is. */
    public static void announce(RoutingContext request, ClientPolicy policy) {
        if (policy.rate().isLimited()) {
            request.addHeadersEndHandler(end -> policy.rate().fields().forEach(request.response()::putHeader));
        }
    }
}
