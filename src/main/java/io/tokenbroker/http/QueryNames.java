package io.tokenbroker.http;

import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.Parameters;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses query parameters that the operation does not have, as bodies do; the doors for programs of others let them pass. */
class QueryNames {

    private final ConcurrentMap<Method, Set<String>> known = new ConcurrentHashMap<>();

    @ServerRequestFilter
    void check(ResourceInfo operation, RoutingContext request) {
        var method = operation.getResourceMethod();
        if (request.request().query() != null
                && ErrorShape.at(request) == ErrorShape.PROBLEM
                && method.isAnnotationPresent(RolesAllowed.class)) {
            Parameters.ofQuery(request).requireKnown(known.computeIfAbsent(method, QueryNames::names));
        }
    }

    private static Set<String> names(Method method) {
        return Stream.of(method.getParameters())
                .map(QueryNames::name)
                .flatMap(Optional::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<String> name(Parameter parameter) {
        return Optional.ofNullable(parameter.getAnnotation(QueryParam.class)).map(QueryParam::value);
    }
}
