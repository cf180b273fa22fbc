package io.tokenbroker.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * HTTP to identity providers. A send ends within {@code provider.send-timeout}, from the connection to the last byte of
 * the answer: leases count on that. Blocks.
 */
@ApplicationScoped
class ProviderHttp {

    private static final int MAX_BYTES = 1 << 20;

    /** An upstream's JSON, tolerantly: unlike the contract's own. */
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final Duration sendTimeout;

    ProviderHttp(
            @ConfigProperty(name = "provider.connect-timeout") Duration connectTimeout,
            @ConfigProperty(name = "provider.send-timeout") Duration sendTimeout) {
        this.sendTimeout = sendTimeout;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /**
     * Sends a request, by default a GET.
     *
     * @throws IOException if no whole answer came; the cause is a {@link TimeoutException} if time ran out
     */
    Answer send(URI uri, UnaryOperator<HttpRequest.Builder> parts) throws IOException {
        var exchange = new FutureTask<>(() -> exchange(uri, parts));
        Thread.startVirtualThread(exchange);
        try {
            return exchange.get(sendTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            // Closes the connection, so that nothing is sent after the send has ended.
            exchange.cancel(true);
        }
    }

    private Answer exchange(URI uri, UnaryOperator<HttpRequest.Builder> parts)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(uri).header("Accept", "application/json").header("User-Agent", "token-broker");
        var response = http.send(parts.apply(request).build(), BodyHandlers.ofInputStream());
        try (var body = response.body()) {
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After"),
                    json(body.readNBytes(MAX_BYTES + 1)));
        }
    }

    private static JsonNode json(byte[] body) throws IOException {
        try {
            return body.length > MAX_BYTES ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }

    /** @param body a missing node if it is no JSON or longer than 1 MiB */
    record Answer(int status, Optional<String> retryAfter, JsonNode body) {

        /** Without the tokens. */
        @Override
        public String toString() {
            return "Answer[status=%d]".formatted(status);
        }
    }
}
