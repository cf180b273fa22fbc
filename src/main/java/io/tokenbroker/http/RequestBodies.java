package io.tokenbroker.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reads a request's body before routing. So a body that is too large is refused in the contract's shape, with or without a
 * Content-Length, and one that breaks off reaches no resource.
 */
class RequestBodies {

    private static final String IDENTITY = "identity";
    private static final String NOT_COMPRESSED = "Send the body as it is: not compressed, without Content-Encoding.";

    private static final long REFUSED_STREAM = 0x7;

    private final UnfinishedRequests requests = new UnfinishedRequests();
    private final long limit;

    RequestBodies(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.limit = limit.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::read, EveryAnswer.BEFORE_ALL_ELSE - 2);
    }

    private void read(RoutingContext request) {
        if (request.request().isEnded()) {
            passOn(request, Buffer.buffer());
        } else if (isCoded(request)) {
            // RFC 9110 §15.5.16
            request.response().putHeader(HttpHeaderNames.ACCEPT_ENCODING, IDENTITY);
            request.fail(415, new BrokerException(ProblemType.UNSUPPORTED_MEDIA_TYPE, NOT_COMPRESSED));
        } else if (announced(request) > limit) {
            request.fail(413);
        } else {
            collect(request);
        }
    }

    private static boolean isCoded(RoutingContext request) {
        var coding = request.request().getHeader(HttpHeaderNames.CONTENT_ENCODING);
        return coding != null && !coding.equalsIgnoreCase(IDENTITY);
    }

    private void collect(RoutingContext request) {
        var unfinished = requests.begin(request);
        var body = Buffer.buffer();
        request.request()
                .handler(part -> {
                    if (body.appendBuffer(part).length() > limit) {
                        unfinished.end();
                        request.fail(413);
                    } else if (!unfinished.add(part.length())) {
                        unfinished.end();
                        refuse(request.request());
                    }
                })
                .exceptionHandler(brokenOff -> {
                    unfinished.end();
                    request.fail(400, brokenOff);
                })
                .endHandler(end -> {
                    unfinished.end();
                    passOn(request, body);
                })
                .resume();
    }

    /** Says that nothing was done, so that the client may send it again (RFC 9113 §8.7). */
    private static void refuse(HttpServerRequest stream) {
        stream.handler(null).endHandler(null).exceptionHandler(null);
        stream.response().reset(REFUSED_STREAM);
    }

    private static void passOn(RoutingContext request, Buffer body) {
        if (body.length() == 0) {
            // An empty body needs no media type: `curl -X POST` names none, `curl -d ""` a wrong one.
            request.request().headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        }
        ((RoutingContextInternal) request).setBody(body);
        request.next();
    }

    /** The server itself refuses a length that is no number. */
    private static long announced(RoutingContext request) {
        var length = request.request().getHeader(HttpHeaderNames.CONTENT_LENGTH);
        return length == null ? 0 : Long.parseLong(length);
    }
}
