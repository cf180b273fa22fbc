package io.tokenbroker.ops;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;

/**
 * A POST without a body need not say of which type it is not (RFC 9110 §8.3). Routing would refuse it as no JSON,
 * though every field of a mint is optional.
 */
class EmptyBody {

    private static final int BEFORE_ROUTING = 9_000;

    void register(@Observes Filters filters) {
        filters.register(
                request -> {
                    if (isBodiless(request.request())) {
                        request.request().headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
                    }
                    request.next();
                },
                BEFORE_ROUTING);
    }

    private static boolean isBodiless(HttpServerRequest request) {
        var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return HttpMethod.POST.equals(request.method())
                && request.getHeader(HttpHeaders.CONTENT_TYPE) == null
                && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
                && (length == null || length.equals("0"));
    }
}
