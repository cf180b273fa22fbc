package io.tokenbroker.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.upstream.EgressPolicy;
import io.tokenbroker.upstream.OutboundProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** One request each, without redirects and bounded in time and length. No body, header or exception of it is printed. */
final class ProbeHttp {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** A thousand providers are shorter. */
    private static final long MOST_BYTES = 16L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final OutboundProxy proxy;
    private final EgressPolicy egress;
    private final Skews skews;

    ProbeHttp(OutboundProxy proxy, EgressPolicy egress, Skews skews) {
        this.proxy = proxy;
        this.egress = egress;
        this.skews = skews;
        this.client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(new Proxies())
                .build();
    }

    Answer get(URI url, Map<String, String> headers) {
        return send(HttpRequest.newBuilder(url).GET(), headers);
    }

    Answer send(HttpRequest.Builder request, Map<String, String> headers) {
        headers.forEach(request::setHeader);
        request.setHeader("User-Agent", "token-broker doctor");
        var url = request.build().uri();
        proxy.on(url)
                .filter(address -> !address.user().isEmpty())
                .ifPresent(address -> request.setHeader("Proxy-Authorization", basic(address)));
        var exchange =
                client.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofString(UTF_8), MOST_BYTES));
        try {
            var response = exchange.copy()
                    .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            skews.note(place(url), response.headers().firstValue("Date"));
            return new Answer(response.statusCode(), response.headers().firstValue("Location"), response.body(), "");
        } catch (CompletionException e) {
            exchange.cancel(true);
            return new Answer(-1, Optional.empty(), "", why(e));
        }
    }

    private static String why(CompletionException e) {
        if (has(e, TimeoutException.class) || has(e, HttpTimeoutException.class)) {
            return "does not answer in %d seconds".formatted(LONGEST.toSeconds());
        }
        if (has(e, UnresolvedAddressException.class)) {
            return "has a name that does not resolve";
        }
        if (has(e, SSLException.class)) {
            return "shows no certificate for its name that this JVM trusts, or speaks no TLS";
        }
        return has(e, ConnectException.class) ? "takes no connection" : "breaks the answer off";
    }

    private static boolean has(Throwable e, Class<? extends Throwable> kind) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause).anyMatch(kind::isInstance);
    }

    private static String basic(OutboundProxy.Address address) {
        var pair = address.user() + ":" + address.password();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    /** Without user name, password, path and query, which may be secret. */
    static String place(URI url) {
        return "%s://%s%s".formatted(url.getScheme(), url.getHost(), url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    /** As {@link EgressPolicy#objection(URI)}, but a name may take no longer to resolve than an answer to come. */
    Optional<String> objection(URI url) {
        var late = "has a name that is not resolved in %d seconds".formatted(LONGEST.toSeconds());
        return CompletableFuture.supplyAsync(
                        () -> egress.objection(url),
                        work -> Thread.ofPlatform().daemon().name("doctor-name").start(work))
                .completeOnTimeout(Optional.of(late), LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private final class Proxies extends ProxySelector {

        @Override
        public List<Proxy> select(URI url) {
            // Its name is resolved on the client's own thread.
            return List.of(proxy.on(url)
                    .map(at -> new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(at.host(), at.port())))
                    .orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI url, SocketAddress address, IOException e) {
            // The request says so.
        }
    }

    /**
     * @param status -1 if there was none
     * @param location where a redirect leads, which is not followed
     * @param why there is no answer, behind the name of what was asked; else empty
     */
    record Answer(int status, Optional<String> location, String body, String why) {

        /** A missing node if it is none. */
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException notJson) {
                return MissingNode.getInstance();
            }
        }

        boolean isMissing() {
            return status < 0;
        }

        boolean isRedirect() {
            return status >= 300 && status < 400;
        }

        /** Whether it is of something between, in FusionAuth's place: FusionAuth has no 403 or 407, and no page. */
        boolean isInBetween() {
            return status == 403 || status == 407 || (!body.isBlank() && !isOfFusionAuth(json()));
        }

        private boolean isOfFusionAuth(JsonNode json) {
            return json.isObject() && (status != 401 || json.has("generalErrors") || json.has("fieldErrors"));
        }

        /** Without the body. */
        @Override
        public String toString() {
            return "Answer[status=%d]".formatted(status);
        }
    }
}
