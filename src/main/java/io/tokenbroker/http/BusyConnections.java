package io.tokenbroker.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.netty.handler.timeout.IdleStateHandler;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/** A connection is not idle while its caller waits: Vert.x would close it in the middle of an answer that takes longer. */
class BusyConnections {

    /** After cached mints, which end at once. */
    private static final int BEFORE_AUTHENTICATION = 240;

    void register(@Observes Filters filters) {
        filters.register(BusyConnections::hold, BEFORE_AUTHENTICATION);
    }

    private static void hold(RoutingContext request) {
        var pipeline =
                ((ConnectionBase) request.request().connection()).channel().pipeline();
        var idle = pipeline.get(IdleStateHandler.class);
        if (idle != null) {
            pipeline.remove(idle);
            request.addEndHandler(ended -> pipeline.addFirst(again(idle)));
        }
        request.next();
    }

    /** A handler may be added to a pipeline once. */
    private static IdleStateHandler again(IdleStateHandler idle) {
        return new IdleStateHandler(
                idle.getReaderIdleTimeInMillis(),
                idle.getWriterIdleTimeInMillis(),
                idle.getAllIdleTimeInMillis(),
                MILLISECONDS);
    }
}
