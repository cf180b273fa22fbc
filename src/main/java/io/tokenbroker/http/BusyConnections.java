package io.tokenbroker.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/** A connection is not idle while a caller waits: Vert.x would close it in the middle of an answer that takes longer. */
class BusyConnections {

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
