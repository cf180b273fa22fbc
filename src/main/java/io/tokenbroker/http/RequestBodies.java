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
public class RequestBodies {

    /** FusionAuth may take an answer other than 2xx for a veto against what its administrator does. */
    private static final String READ_TO_THE_END = "/webhooks/fusionauth";

    private static final long LONGEST = 8 * 1024 * 1024;
    private static final String TOO_LARGE = RequestBodies.class.getName() + ".too-large";

    private static final String IDENTITY = "identity";
    private static final String NOT_COMPRESSED = "Send the body as it is: not compressed, without Content-Encoding.";

    private static final long REFUSED_STREAM = 0x7;

    private final UnfinishedRequests requests = new UnfinishedRequests();
    private final long limit;

    RequestBodies(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.limit = limit.asLongValue();
    }

    /** Whether the body was larger than a body may be. It was read to its end, and is gone. */
    public static boolean isTooLarge(RoutingContext request) {
        return request.get(TOO_LARGE) != null;
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
        } else if (announced(request) > longest(request)) {
            request.fail(413);
        } else {
            collect(request);
        }
    }

    private static boolean isCoded(RoutingContext request) {
        var coding = request.request().getHeader(HttpHeaderNames.CONTENT_ENCODING);
        return coding != null && !coding.equalsIgnoreCase(IDENTITY);
    }

    private long longest(RoutingContext request) {
        var path = request.normalizedPath();
        return path.equals(READ_TO_THE_END) || path.equals(READ_TO_THE_END + "/") ? LONGEST : limit;
    }

    private void collect(RoutingContext request) {
        var unfinished = requests.begin(request);
        var body = new Body(limit);
        request.request()
                .handler(part -> {
                    body.add(part);
                    if (body.read > longest(request)) {
                        unfinished.end();
                        request.fail(413);
                    } else if (body.isTooLarge()) {
                        unfinished.end();
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
                    if (body.isTooLarge()) {
                        request.put(TOO_LARGE, true);
                        // Quarkus would refuse the length that was said.
                        request.request().headers().set(HttpHeaderNames.CONTENT_LENGTH, "0");
                    }
                    passOn(request, body.kept);
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

    /** What has come of a body, of which no more is kept than a body may have. */
    private static final class Body {

        private final long limit;
        private Buffer kept = Buffer.buffer();
        private long read;

        Body(long limit) {
            this.limit = limit;
        }

        void add(Buffer part) {
            read += part.length();
            kept = isTooLarge() ? Buffer.buffer() : kept.appendBuffer(part);
        }

        boolean isTooLarge() {
            return read > limit;
        }
    }
}
