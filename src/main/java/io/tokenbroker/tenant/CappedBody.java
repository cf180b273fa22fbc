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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Reads an answer's body as JSON, never more than 1 MiB of it and never for longer than its first byte may take; what is
 * longer than that or no JSON is a missing node.
 */
@ApplicationScoped
class CappedBody {

    private static final int MAX_BYTES = 1 << 20;

    /** An upstream's JSON, tolerantly: unlike the contract's own. */
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Duration longest;

    CappedBody(@ConfigProperty(name = "quarkus.rest-client.provider.read-timeout") long readTimeoutMillis) {
        this.longest = Duration.ofMillis(readTimeoutMillis);
    }

    /** @throws IOException if the body breaks off or drips in too slowly; the cause is then a {@link TimeoutException} */
    JsonNode read(Response response) throws IOException {
        try (var body = response.readEntity(InputStream.class)) {
            if (body == null) {
                return MissingNode.getInstance();
            }
            var bytes = bytes(body);
            return bytes.length > MAX_BYTES ? MissingNode.getInstance() : JSON.readTree(bytes);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }

    /** The client's own time-out starts anew with each byte, so that a trickle would hold a mint for hours. */
    private byte[] bytes(InputStream body) throws IOException {
        var reading = new FutureTask<>(() -> body.readNBytes(MAX_BYTES + 1));
        Thread.startVirtualThread(reading);
        try {
            return reading.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException broken) {
            throw new IOException(broken);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            reading.cancel(true);
        }
    }
}
