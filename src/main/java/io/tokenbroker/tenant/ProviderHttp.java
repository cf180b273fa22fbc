package io.tokenbroker.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/**
 * HTTP to identity providers. A send ends within {@code provider.send-timeout}, from the connection to the last byte of
 * the answer: leases count on that. Blocks.
 */
@ApplicationScoped
class ProviderHttp {

    private static final int MAX_BYTES = 1 << 20;

    /** An upstream's JSON, tolerantly: unlike the contract's own. */
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ProviderRestClient client;
    private final Duration sendTimeout;

    ProviderHttp(
            @RestClient ProviderRestClient client,
            @ConfigProperty(name = "provider.send-timeout") Duration sendTimeout) {
        this.client = client;
        this.sendTimeout = sendTimeout;
    }

    /**
     * Sends a request. The client's own time-outs begin anew with each part of the answer, so they cannot bound it.
     *
     * @throws IOException if no whole answer came; the cause is a {@link TimeoutException} if time ran out
     */
    Answer send(Function<ProviderRestClient, Response> request) throws IOException {
        var exchange = new FutureTask<>(() -> answer(request));
        Thread.startVirtualThread(exchange);
        try {
            return exchange.get(sendTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException(e);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            exchange.cancel(true);
        }
    }

    private Answer answer(Function<ProviderRestClient, Response> request) throws IOException {
        try (var response = request.apply(client);
                var body = response.readEntity(InputStream.class)) {
            return new Answer(
                    response.getStatus(),
                    Optional.ofNullable(response.getHeaderString("Retry-After")),
                    Optional.ofNullable(response.getHeaderString("Location")),
                    body == null ? MissingNode.getInstance() : json(body.readNBytes(MAX_BYTES + 1)));
        }
    }

    private static JsonNode json(byte[] body) throws IOException {
        try {
            return body.length > MAX_BYTES ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }

    /**
     * @param location where a redirect leads, which is not followed
     * @param body a missing node if it is no JSON or longer than 1 MiB
     */
    record Answer(int status, Optional<String> retryAfter, Optional<String> location, JsonNode body) {

        /** Without the tokens. */
        @Override
        public String toString() {
            return "Answer[status=%d]".formatted(status);
        }
    }
}
