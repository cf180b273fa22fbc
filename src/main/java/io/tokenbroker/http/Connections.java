package io.tokenbroker.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/** Corrects how Vert.x treats connections: when they are idle, and how their HTTP/2 requests are paused. */
final class Connections {

    private Connections() {}

    /** A connection is not idle while a caller waits: Vert.x would close it in the middle of an answer that takes longer. */
    static class BusyConnections {

        /** After cached mints, which end at once. */
        private static final int BEFORE_AUTHENTICATION = 240;

        void register(@Observes Filters filters) {
            filters.register(BusyConnections::hold, BEFORE_AUTHENTICATION);
        }

        /** Not at once: while a connection changes to HTTP/2, Vert.x makes its pipeline anew. */
        private static void hold(RoutingContext request) {
            var channel = ((ConnectionBase) request.request().connection()).channel();
            channel.eventLoop().execute(() -> callers(channel).waiting++);
            request.addEndHandler(ended -> channel.eventLoop().execute(() -> callers(channel).waiting--));
            request.next();
        }

        private static Callers callers(Channel channel) {
            var pipeline = channel.pipeline();
            var known = pipeline.get(Callers.class);
            if (known != null) {
                return known;
            }
            var callers = new Callers();
            var idle = pipeline.context(IdleStateHandler.class);
            if (idle != null) {
                pipeline.addAfter(idle.name(), null, callers);
            }
            return callers;
        }

        /** Those of one connection that wait; known to its event loop alone. */
        private static final class Callers extends ChannelInboundHandlerAdapter {

            private int waiting;

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
                if (waiting == 0 || !(event instanceof IdleStateEvent)) {
                    super.userEventTriggered(context, event);
                }
            }
        }
    }

    /**
     * Lets an HTTP/2 request be paused after its end, as one of HTTP/1.1 can be: {@link RequestBodies} reads every request to
     * its end, and REST pauses every request. Goes with the first Quarkus that has quarkusio/quarkus#56595.
     */
    static class Http2Requests {

        private static final String SEEN = Http2Requests.class.getName();

        void register(@Observes Router router) {
            router.route().order(-EveryAnswer.BEFORE_ALL_ELSE - 2).handler(request -> {
                if (isHttp2(request) && isNew(request)) {
                    router.handle(new Pausable(internal(request)));
                } else {
                    request.next();
                }
            });
        }

        static boolean isHttp2(RoutingContext request) {
            return request.request().version() == HttpVersion.HTTP_2;
        }

        private static boolean isNew(RoutingContext request) {
            var stream = internal(request).context();
            var isNew = stream.getLocal(SEEN) == null;
            stream.putLocal(SEEN, true);
            return isNew;
        }

        private static HttpServerRequestInternal internal(RoutingContext request) {
            return (HttpServerRequestInternal) request.request();
        }

        /** Has not ended while it is paused. */
        private static final class Pausable extends HttpServerRequestWrapper {

            private boolean isPaused;

            Pausable(HttpServerRequestInternal request) {
                super(request);
            }

            @Override
            public HttpServerRequest pause() {
                isPaused = true;
                return super.isEnded() ? this : super.pause();
            }

            @Override
            public HttpServerRequest resume() {
                isPaused = false;
                return super.isEnded() ? this : super.resume();
            }

            @Override
            public boolean isEnded() {
                return !isPaused && super.isEnded();
            }
        }
    }
}
