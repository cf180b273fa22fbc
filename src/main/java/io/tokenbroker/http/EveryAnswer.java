package io.tokenbroker.http;

import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.problem.RequestId;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/**
 * Headers of every answer, whatever produced it: the request id, and that nothing may be stored. OAuth demands the latter
 * for tokens only; accounts do not belong into a cache either.
 */
class EveryAnswer {

    /** The priority of a filter that comes first. */
    static final int BEFORE_ALL_ELSE = 10_000;

    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PRAGMA = HttpHeaders.createOptimized("Pragma");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");

    void register(@Observes Filters filters) {
        filters.register(
                request -> {
                    putHeaders(request);
                    request.next();
                },
                BEFORE_ALL_ELSE);
    }

    /** Those of the management port too. */
    void register(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).handler(request -> {
            putHeaders(request);
            request.next();
        });
    }

    static void putHeaders(RoutingContext request) {
        request.response()
                .putHeader(RequestId.HEADER, RequestId.of(request))
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .putHeader(PRAGMA, NO_CACHE)
                .putHeader(CONTENT_TYPE_OPTIONS, NOSNIFF);
    }
}
