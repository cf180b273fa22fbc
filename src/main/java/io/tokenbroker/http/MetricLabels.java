package io.tokenbroker.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.problem.ProblemMappers.AllowedMethods;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Keeps what callers make up out of the metrics' labels: each new label is a series for ever. REST names the path of what
 * it answers; Quarkus' own match patterns cost a tenth of a cached mint.
 */
class MetricLabels {

    /** Where Quarkus' metrics look for the path's template. */
    private static final String TEMPLATE = "UrlPathTemplate";

    private static final String UNKNOWN = "/{unknown}";
    private static final String ACCOUNTS = "/accounts/";
    private static final List<String> BELOW = List.of("/oauth2/token", "/msi/token", "/token", "/activity");

    /** Those of the API. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "DELETE", "OPTIONS");

    private final Counter unknownMethods;

    MetricLabels(MeterRegistry metrics) {
        this.unknownMethods = Counter.builder("broker.requests.unknown.method")
                .description("Requests by a method that no path of the API answers to")
                .register(metrics);
    }

    void register(@Observes Filters filters) {
        filters.register(this::name, EveryAnswer.BEFORE_ALL_ELSE + 1);
    }

    private void name(RoutingContext request) {
        namePath(request);
        if (!METHODS.contains(request.request().method().name())) {
            unknownMethods.increment();
        }
        request.next();
    }

    /** Unless it has a name already. A path that is none fails before it comes by the filters. */
    static void namePath(RoutingContext request) {
        var http = (HttpServerRequestInternal) request.request();
        if (http.context().getLocal(TEMPLATE) == null) {
            http.context().putLocal(TEMPLATE, templateOf(String.valueOf(http.path())));
        }
    }

    private static String templateOf(String path) {
        if (!path.startsWith(ACCOUNTS)) {
            return UNKNOWN;
        }
        for (var below : BELOW) {
            if (path.endsWith(below)) {
                return "/accounts/{id}" + below;
            }
        }
        return "/accounts/{id}";
    }

    /**
     * Refuses every other series, for some requests fail before they have a name here. Not mapped to one: Micrometer would
     * still remember each by the name that it came with.
     */
    static final class KnownSeries {

        /** What Quarkus calls the paths that have no name. */
        private static final List<String> NAMELESS =
                List.of(UNKNOWN, "/cors-preflight", "root", "NOT_FOUND", "REDIRECTION", "UNKNOWN");

        @Produces
        @Singleton
        MeterFilter filter(AllowedMethods api) {
            var paths = Stream.concat(NAMELESS.stream(), api.paths().stream()).collect(Collectors.toSet());
            return MeterFilter.deny(series -> series.getName().equals("http.server.requests")
                    && !(METHODS.contains(series.getTag("method")) && paths.contains(series.getTag("uri"))));
        }

        /** A provider's discovery document may name another host each time. */
        @Produces
        @Singleton
        MeterFilter upstreamHosts() {
            return atMost500("address");
        }

        /** A provider's discovery document may name another path each time. */
        @Produces
        @Singleton
        MeterFilter upstreamPaths() {
            return atMost500("uri");
        }

        private static MeterFilter atMost500(String label) {
            return MeterFilter.maximumAllowableTags("http.client.requests", label, 500, MeterFilter.deny());
        }
    }
}
