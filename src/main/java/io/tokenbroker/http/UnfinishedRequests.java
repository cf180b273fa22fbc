package io.tokenbroker.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.http.Connections.Http2Requests;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;

/**
 * Bounds what the requests of one HTTP/2 connection hold in memory before they have come in whole. HTTP/1.1 sends one
 * request at a time, HTTP/2 a hundred.
 */
final class UnfinishedRequests {

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
