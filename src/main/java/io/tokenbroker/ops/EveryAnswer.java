package io.tokenbroker.ops;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.problem.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/**
 * Headers of every answer, whatever produced it: the request id, and that nothing may be stored. The latter is asked
 * only for tokens, codes and sealed values; accounts are nobody's cache's business either.
 */
class EveryAnswer {

    /** The priority of a filter that comes first. */
    static final int BEFORE_ALL_ELSE = 10_000;

    void register(@Observes Filters filters) {
        filters.register(
                request -> {
                    putHeaders(request);
                    request.next();
                },
                BEFORE_ALL_ELSE);
    }

    static void putHeaders(RoutingContext request) {
        request.response()
                .putHeader(RequestId.HEADER, RequestId.of(request))
                .putHeader("Cache-Control", "no-store")
                .putHeader("Pragma", "no-cache")
                .putHeader("X-Content-Type-Options", "nosniff");
    }
}
