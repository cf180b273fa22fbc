package io.tokenbroker.tenant;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.Compression;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
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
import java.util.zip.ZipException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/**
 * HTTP to identity providers. A send ends within {@code provider.send-timeout}, from the connection to the last byte of
 * the answer: leases count on that. Blocks.
 */
@ApplicationScoped
class ProviderHttp {

    /** Room beside three tokens: scope, claims, texts for people, or a discovery document. */
    private static final int MORE_BYTES = 80 * 1024;

    /** An upstream's JSON, tolerantly: unlike the contract's own. A few bytes of text can become many objects. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxTokenCount(10_000)
                    .maxNestingDepth(32)
                    .build())
            .build());

    private final ProviderRestClient client;
    private final Duration sendTimeout;
    private final int maxBytes;

    ProviderHttp(
            @RestClient ProviderRestClient client,
            @ConfigProperty(name = "provider.send-timeout") Duration sendTimeout,
            BrokerSettings settings) {
        this.client = client;
        this.sendTimeout = sendTimeout;
        this.maxBytes = MORE_BYTES + 3 * settings.limits().tokenBytes();
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
                    body == null ? MissingNode.getInstance() : json(body));
        }
    }

    private JsonNode json(InputStream body) throws IOException {
        try (var plain = Compression.undone(body)) {
            var bytes = plain.readNBytes(maxBytes + 1);
            return bytes.length > maxBytes ? MissingNode.getInstance() : JSON.readTree(bytes);
        } catch (JsonProcessingException | CharConversionException | ZipException notJson) {
            return MissingNode.getInstance();
        }
    }

    /**
     * @param location where a redirect leads, which is not followed
     * @param body a missing node if it is no JSON or too long
     */
    record Answer(int status, Optional<String> retryAfter, Optional<String> location, JsonNode body) {

        /** Without the tokens. */
        @Override
        public String toString() {
            return "Answer[status=%d]".formatted(status);
        }
    }
}
