package io.tokenbroker.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.tokenbroker.http.Connections.Http2Requests;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.RequestId;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Answers requests that fail before they reach a resource, such as by their path, length or head, in the shape of the others. */
class HttpFailures {

    private static final Logger LOG = Logger.getLogger(HttpFailures.class);

    private static final int LINGER_MILLIS = 1_000;

    /** RFC 9113 §8.1: the rest of the request is not wanted. */
    private static final long NO_ERROR = 0x0;

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::answer);
        // A path that cannot be decoded fails before there are any routes.
        router.errorHandler(400, this::answer);
        router.errorHandler(404, this::answer);
    }

    private void answer(RoutingContext request) {
        var response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        var status = request.statusCode() < 400 ? 500 : request.statusCode();
        if (status >= 500) {
            LOG.errorf(request.failure(), "Request %s failed unexpectedly", RequestId.of(request));
        }
        var refused = request.failure() instanceof BrokerException said ? said : ProblemMappers.ofStatus(status);
        var refusal = ErrorShape.at(request).of(refused, RequestId.of(request));
        EveryAnswer.putHeaders(request);
        MetricLabels.namePath(request);
        response.setStatusCode(refusal.status()).putHeader(HttpHeaderNames.CONTENT_TYPE, refusal.mediaType());
        var body = Json.encodeToBuffer(refusal.body());
        if (RequestHeads.isLast(request)) {
            response.putHeader(HttpHeaderNames.CONNECTION, "close");
            response.end(body, written -> request.request().connection().close());
            return;
        }
        if (!request.request().isEnded()) {
            hangUpSoon(request);
        }
        response.end(body);
    }

    /** Reads on for a second, since a client that is still sending might miss the answer otherwise; then closes. */
    private static void hangUpSoon(RoutingContext request) {
        var http = request.request();
        http.handler(null).endHandler(null).exceptionHandler(null).resume();
        if (Http2Requests.isHttp2(request)) {
            request.vertx().setTimer(LINGER_MILLIS, timer -> http.response().reset(NO_ERROR));
        } else {
            http.response().putHeader(HttpHeaderNames.CONNECTION, "close");
            request.vertx().setTimer(LINGER_MILLIS, timer -> http.connection().close());
        }
    }
}
