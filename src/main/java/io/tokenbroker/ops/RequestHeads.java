package io.tokenbroker.ops;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/** Refuses a head that a proxy in front could read otherwise than the broker does, or that is larger than agreed. */
class RequestHeads {

    /** Set on a request of which nobody knows where it ends: nothing more is read from its connection. */
    static final String UNBOUNDED = RequestHeads.class.getName();

    /** Below what the server reads at all (quarkus.http.limits.max-header-size), since that is refused without a word. */
    private static final int LIMIT = 32 * 1024;

    /** A name, a value, and what HTTP puts around them. */
    private static final int AROUND = ": \r\n".length();

    void register(@Observes Filters filters) {
        filters.register(RequestHeads::check, EveryAnswer.BEFORE_ALL_ELSE - 1);
    }

    private static void check(RoutingContext request) {
        var headers = request.request().headers();
        if (!hasPlainTransferCoding(headers)) {
            request.put(UNBOUNDED, true);
            request.fail(400, malformed("Transfer-Encoding may be chunked, said once, and nothing else."));
        } else if (isDoubled(headers, HttpHeaderNames.AUTHORIZATION) || isDoubled(headers, HttpHeaderNames.HOST)) {
            request.fail(400, malformed("Authorization and Host may be sent once each."));
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

    private static int size(MultiMap headers) {
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
