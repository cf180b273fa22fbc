package io.tokenbroker.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.http.Connections.Http2Requests;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
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

    /**
     * Bounds what the requests of one HTTP/2 connection hold in memory before they have come in whole. HTTP/1.1 sends one
     * request at a time, HTTP/2 a hundred.
     */
    private static final class UnfinishedRequests {

        /** A hundred requests of usual size, or three of the largest. */
        private static final int LIMIT = 256 * 1024;

        private final Cache<HttpConnection, Connection> connections =
                Caffeine.newBuilder().weakKeys().build();

        /** This request, with the bytes of its head. */
        Unfinished begin(RoutingContext request) {
            if (!Http2Requests.isHttp2(request)) {
                return Unfinished.ALONE;
            }
            var http = request.request();
            var stream = new Stream(connections.get(http.connection(), unknown -> new Connection()));
            stream.add(RequestHeads.size(http.headers()));
            return stream;
        }

        /** A request that has not come in whole. */
        sealed interface Unfinished {

            Unfinished ALONE = new Alone();

            /** Counts more bytes of it. False if they are too many for its connection. */
            boolean add(int bytes);

            /** It is whole, or given up. */
            void end();
        }

        /** No other comes on its connection meanwhile. */
        private static final class Alone implements Unfinished {

            @Override
            public boolean add(int bytes) {
                return true;
            }

            @Override
            public void end() {
                // Nothing was counted.
            }
        }

        private static final class Stream implements Unfinished {

            private final Connection connection;
            private int bytes;

            Stream(Connection connection) {
                this.connection = connection;
            }

            @Override
            public boolean add(int more) {
                bytes += more;
                connection.bytes += more;
                return connection.bytes <= LIMIT;
            }

            @Override
            public void end() {
                connection.bytes -= bytes;
                bytes = 0;
            }
        }

        /** Known to its event loop alone. */
        private static final class Connection {
            private int bytes;
        }
    }
}
