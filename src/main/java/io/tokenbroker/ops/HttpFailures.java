package io.tokenbroker.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.ProblemMappers;
import io.tokenbroker.problem.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Requests that fail before a resource is reached, such as by their path, length or host, in the shape of the others. */
class HttpFailures {

    private static final Logger LOG = Logger.getLogger(HttpFailures.class);

    private static final int LINGER_MILLIS = 1_000;

    private final ObjectMapper json;

    HttpFailures(ObjectMapper json) {
        this.json = json;
    }

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
        var refusal = ErrorShape.at(request).of(ProblemMappers.ofStatus(status), RequestId.of(request));
        EveryAnswer.putHeaders(request);
        response.setStatusCode(refusal.status()).putHeader(HttpHeaderNames.CONTENT_TYPE, refusal.mediaType());
        if (!request.request().isEnded()) {
            hangUpSoon(request);
        }
        response.end(written(refusal.body()));
    }

    /** What is left of a body is of no use; it is let in until the answer must have arrived, and not a byte longer. */
    private static void hangUpSoon(RoutingContext request) {
        var http = request.request();
        http.response().putHeader(HttpHeaderNames.CONNECTION, "close");
        http.handler(null).endHandler(null).exceptionHandler(null).resume();
        request.vertx().setTimer(LINGER_MILLIS, timer -> http.connection().close());
    }

    private Buffer written(Object body) {
        try {
            return Buffer.buffer(json.writeValueAsBytes(body));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
