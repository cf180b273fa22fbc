package io.tokenbroker.mint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.caller.CallerAuthentication.KnownCallers;
import io.tokenbroker.mint.MintService.Begun;
import io.tokenbroker.mint.Mints.TokenAnswer;
import io.tokenbroker.problem.BrokerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * Answers a mint that memory can answer, before REST routing, which would cost twice the rest. Any other mint passes on to
 * {@link MintResource}, which finishes it or refuses it.
 */
class CachedMints {

    /** After CORS, before Quarkus authenticates. */
    private static final int BETWEEN_CORS_AND_AUTHENTICATION = 250;

    private static final String BEGUN = Begun.class.getName();
    private static final String PREFIX = "/accounts/";
    private static final String SUFFIX = "/token";
    private static final int SMALL = 512;
    private static final CharSequence ANSWER_TYPE = HttpHeaders.createOptimized("application/json;charset=UTF-8");
    private static final String JSON = "application/json";
    private static final CharSequence ANOTHER_CREDENTIAL = HttpHeaders.createOptimized("X-IDENTITY-HEADER");

    private final KnownCallers callers;
    private final Mints mints;
    private final Clock clock;
    private final ObjectReader requests;

    /** Bodies as last read: programs send the same few over and over, and reading one costs more than the look-up. */
    private final Cache<Buffer, MintRequest> bodies =
            Caffeine.newBuilder().maximumSize(1_000).executor(Runnable::run).build();

    CachedMints(KnownCallers callers, Mints mints, Clock clock, ObjectMapper json) {
        this.callers = callers;
        this.mints = mints;
        this.clock = clock;
        this.requests = json.readerFor(MintRequest.class);
    }

    void register(@Observes Filters filters) {
        filters.register(this::answerOrPassOn, BETWEEN_CORS_AND_AUTHENTICATION);
    }

    private void answerOrPassOn(RoutingContext request) {
        if (!isPlainMint(request.request())) {
            request.next();
            return;
        }
        try {
            answer(request).ifPresentOrElse(body -> end(request, body), request::next);
        } catch (BrokerException | IOException refused) {
            request.next();
        }
    }

    /** A mint as programs send it; the rarer forms of HTTP are REST's to judge. */
    private static boolean isPlainMint(HttpServerRequest request) {
        var accept = request.getHeader(HttpHeaderNames.ACCEPT);
        return HttpMethod.POST.equals(request.method())
                && !idIn(request).isEmpty()
                && request.query() == null
                && JSON.equals(request.getHeader(HttpHeaderNames.CONTENT_TYPE))
                && request.getHeader(HttpHeaderNames.CONTENT_ENCODING) == null
                && request.getHeader(ANOTHER_CREDENTIAL) == null
                && (accept == null || accept.equals("*/*") || accept.equals(JSON));
    }

    private Optional<Buffer> answer(RoutingContext request) throws IOException {
        var client = client(request.request());
        if (client.isEmpty()) {
            return Optional.empty();
        }
        var id = idIn(request.request());
        var begun = mints.begin(client.get(), id, body(request));
        if (!mints.admitHit(begun)) {
            request.put(BEGUN, begun);
            return Optional.empty();
        }
        client.get().policy().rate().announce(request);
        return begun.issued()
                .map(issued ->
                        TokenAnswer.of(id, issued.minted(), clock.instant()).written());
    }

    /** A mint of this client that has been begun here, and not answered. */
    static Optional<Begun> begun(RoutingContext request, Caller.Client client) {
        return Optional.<Begun>ofNullable(request.get(BEGUN))
                .filter(begun -> begun.ask().client().equals(client));
    }

    private Optional<Caller.Client> client(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaderNames.AUTHORIZATION))
                .flatMap(callers::of)
                .filter(Caller.Client.class::isInstance)
                .map(Caller.Client.class::cast);
    }

    private MintRequest body(RoutingContext request) throws IOException {
        var body = request.body().buffer();
        if (body == null || body.length() == 0) {
            return MintRequest.DEFAULT;
        }
        var known = bodies.getIfPresent(body);
        if (known != null) {
            return known;
        }
        var read = Optional.ofNullable(requests.<MintRequest>readValue(body.getBytes()))
                .orElse(MintRequest.DEFAULT);
        if (body.length() <= SMALL) {
            bodies.put(body, read);
        }
        return read;
    }

    /** The account's id in the path; empty where the path is another's. */
    private static String idIn(HttpServerRequest request) {
        var path = String.valueOf(request.path());
        return path.startsWith(PREFIX) && path.endsWith(SUFFIX) && path.length() > PREFIX.length() + SUFFIX.length()
                ? path.substring(PREFIX.length(), path.length() - SUFFIX.length())
                : "";
    }

    /**
     * Written when the event loop has read whatever else has come: the answers of one turn go out together, and a client
     * of many connections is woken once for them.
     */
    private static void end(RoutingContext request, Buffer body) {
        var response = request.response().putHeader(HttpHeaders.CONTENT_TYPE, ANSWER_TYPE);
        request.vertx().getOrCreateContext().runOnContext(turn -> response.end(body));
    }
}
