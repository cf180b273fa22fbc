package io.tokenbroker.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.upstream.OutboundProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** One request each, without redirects and bounded in time and length. No body, header or exception of it is printed. */
final class ProbeHttp implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** A thousand providers are shorter. */
    private static final long MOST_BYTES = 16L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final OutboundProxy proxy;
    private final Skews skews;

    ProbeHttp(OutboundProxy proxy, Skews skews) {
        this.proxy = proxy;
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
            var response = exchange.orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            skews.note(url, response);
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

    @Override
    public void close() {
        client.shutdownNow();
    }

    private final class Proxies extends ProxySelector {

        @Override
        public List<Proxy> select(URI url) {
            return List.of(proxy.on(url).map(OutboundProxy.Address::proxy).orElse(Proxy.NO_PROXY));
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

        /** Of FusionAuth: a refusal of its own has no body, or one in JSON; a page is of something in between. */
        boolean isPage() {
            return !body.isBlank() && !json().isObject();
        }

        /** Without the body. */
        @Override
        public String toString() {
            return "Answer[status=%d]".formatted(status);
        }
    }

    /** How far the servers' clocks are from ours, by their Date headers (RFC 9110 §6.6.1). */
    static final class Skews {

        /** Seconds are what the header has, and an answer is on its way for some. */
        private static final Duration USUAL = Duration.ofSeconds(5);

        /** What replicas must agree to. */
        private static final Duration MOST = Duration.ofSeconds(30);

        private final Map<String, Duration> known = new ConcurrentSkipListMap<>();
        private final Clock clock;

        Skews(Clock clock) {
            this.clock = clock;
        }

        private void note(URI url, HttpResponse<String> response) {
            try {
                response.headers()
                        .firstValue("Date")
                        .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME))
                        .ifPresent(date -> known.putIfAbsent(
                                place(url), Duration.between(clock.instant(), date.toInstant())));
            } catch (DateTimeException none) {
                // It tells nothing.
            }
        }

        List<Finding> findings() {
            return known.entrySet().stream()
                    .map(skew -> finding(Check.CLOCK, skew.getKey(), skew.getValue()))
                    .toList();
        }

        static Finding finding(Check check, String subject, Duration skew) {
            var found = "%d s from this machine's".formatted(skew.toSeconds());
            if (skew.abs().compareTo(MOST) > 0) {
                return Finding.fault(check, subject, found);
            }
            return skew.abs().compareTo(USUAL) > 0
                    ? Finding.warning(check, subject, found)
                    : Finding.ok(check, subject, "as this machine's");
        }
    }
}
