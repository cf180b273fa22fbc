package io.tokenbroker.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.http.Connections.Http2Requests;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/** Refuses a head that a proxy in front could read otherwise than the broker does, or that is larger than agreed. */
class RequestHeads {

    private static final String LAST = RequestHeads.class.getName();

    /** Below what the server reads at all (quarkus.http.limits.max-header-size), since that is refused without a word. */
    private static final int LIMIT = 32 * 1024;

    /** What HTTP/1.1 has room for (quarkus.http.limits.max-initial-line-length). */
    private static final int LONGEST_PATH = 4_096;

    /** A name, a value, and what HTTP puts around them. */
    private static final int AROUND = ": \r\n".length();

    /** Connections that are being closed. Further requests on them are ignored: where the last one ended is not certain. */
    private final Cache<HttpConnection, Boolean> closing =
            Caffeine.newBuilder().weakKeys().build();

    void register(@Observes Filters filters) {
        filters.register(this::check, EveryAnswer.BEFORE_ALL_ELSE - 1);
    }

    /** Whether nothing after this request is answered on its connection. */
    static boolean isLast(RoutingContext request) {
        return request.get(LAST) != null;
    }

    private void check(RoutingContext request) {
        var headers = request.request().headers();
        if (closing.estimatedSize() > 0
                && closing.getIfPresent(request.request().connection()) != null) {
            return;
        }
        if (!hasPlainTransferCoding(headers)) {
            closing.put(request.request().connection(), true);
            request.put(LAST, true);
            request.fail(400, malformed("Transfer-Encoding may be chunked, said once, and nothing else."));
        } else if (isDoubled(headers, HttpHeaderNames.AUTHORIZATION) || isDoubled(headers, HttpHeaderNames.HOST)) {
            request.fail(400, malformed("Authorization and Host may be sent once each."));
        } else if (!request.request().uri().startsWith("/") && Http2Requests.isHttp2(request)) {
            request.fail(400, malformed("With HTTP/2, :path begins with a slash."));
        } else if (request.request().uri().length() > LONGEST_PATH) {
            request.fail(400, malformed("Path and query may have %d bytes together at most.".formatted(LONGEST_PATH)));
        } else if (size(headers) > LIMIT) {
            var detail = "The header fields of a request may have %d bytes (32 KiB) together at most.".formatted(LIMIT);
            request.fail(431, new BrokerException(ProblemType.REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
        } else {
            request.next();
        }
    }

    /** RFC 9112 §6.1. A value that began on a line of its own has a blank in front, and proxies read it in several ways. */
    private static boolean hasPlainTransferCoding(MultiMap headers) {
        return !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || (headers.getAll(HttpHeaderNames.TRANSFER_ENCODING).size() == 1
                        && headers.get(HttpHeaderNames.TRANSFER_ENCODING).equalsIgnoreCase("chunked"));
    }

    private static boolean isDoubled(MultiMap headers, CharSequence name) {
        return headers.getAll(name).size() > 1;
    }

    /** In bytes, as HTTP/1.1 would write them. */
    static int size(MultiMap headers) {
        var size = 0;
        for (var header : headers) {
            size += header.getKey().length() + header.getValue().length() + AROUND;
        }
        return size;
    }

    private static BrokerException malformed(String detail) {
        return new BrokerException(ProblemType.INVALID_REQUEST, detail);
    }
}
