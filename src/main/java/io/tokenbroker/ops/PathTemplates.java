package io.tokenbroker.ops;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/**
 * Names an account's paths for the metrics, before anything can refuse the request: an account's id in a label would be a
 * series per account, and tell of it. REST names its paths in the same place, and the match patterns of Quarkus would do
 * it by regular expressions, at a tenth of the cost of a cached mint.
 */
class PathTemplates {

    /** Where Quarkus' metrics look for the path's template. */
    private static final String TEMPLATE = "UrlPathTemplate";

    private static final String ACCOUNTS = "/accounts/";

    void register(@Observes Filters filters) {
        filters.register(PathTemplates::name, EveryAnswer.BEFORE_ALL_ELSE + 1);
    }

    private static void name(RoutingContext request) {
        var path = String.valueOf(request.request().path());
        if (path.startsWith(ACCOUNTS)) {
            ((HttpServerRequestInternal) request.request()).context().putLocal(TEMPLATE, templateOf(path));
        }
        request.next();
    }

    private static String templateOf(String path) {
        if (path.endsWith("/oauth2/token")) {
            return "/accounts/{id}/oauth2/token";
        }
        if (path.endsWith("/msi/token")) {
            return "/accounts/{id}/msi/token";
        }
        return path.endsWith("/token") ? "/accounts/{id}/token" : "/accounts/{id}";
    }
}
