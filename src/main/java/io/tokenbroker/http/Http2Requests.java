package io.tokenbroker.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.http.impl.HttpServerRequestWrapper;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;

/**
 * Lets an HTTP/2 request be paused after its end, as one of HTTP/1.1 can be: {@link RequestBodies} reads every request to
 * its end, and REST pauses every request. Goes with the first Quarkus that has quarkusio/quarkus#56595.
 */
class Http2Requests {

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
