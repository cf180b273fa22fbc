package io.tokenbroker.tenant;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.rest.client.reactive.Url;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.Compression;
import io.tokenbroker.upstream.Deadline;
import io.tokenbroker.upstream.OutboundConnections.UnfinishedAnswers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.ZipException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import org.eclipse.microprofile.rest.client.annotation.RegisterProvider;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jspecify.annotations.Nullable;

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
     * Sends a request.
     *
     * @throws IOException if no whole answer came; the cause is a {@link java.util.concurrent.TimeoutException} if time ran out
     */
    Answer send(Function<ProviderRestClient, Response> request) throws IOException {
        return Deadline.within(sendTimeout, () -> answer(request));
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

    /**
     * HTTP to identity providers, for this package only. Timeouts and redirects (none are followed) are in the application's
     * properties. Both methods return the answer unread, so that its length can be capped; 4xx and 5xx are answers too.
     */
    @RegisterRestClient(configKey = "provider")
    @RegisterProvider(UnfinishedAnswers.class)
    @ClientHeaderParam(name = HttpHeaders.ACCEPT_ENCODING, value = "identity")
    interface ProviderRestClient {

        @GET
        @Produces(MediaType.APPLICATION_JSON)
        Response get(@Url String url);

        /**
         * The constant headers are for Entra, and mean nothing elsewhere: it echoes the request's id, knows who asks, and
         * says "too many" as 429 instead of as a refusal of the grant.
         */
        @POST
        @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
        @Produces(MediaType.APPLICATION_JSON)
        @ClientHeaderParam(name = "return-client-request-id", value = "true")
        @ClientHeaderParam(name = "x-client-SKU", value = "token-broker")
        @ClientHeaderParam(name = "x-client-VER", value = "${quarkus.application.version}")
        @ClientHeaderParam(name = "x-ms-lib-capability", value = "retry-after, h429")
        Response token(
                @Url String url,
                @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
                @HeaderParam("client-request-id") String requestId,
                @HeaderParam("X-AnchorMailbox") @Nullable String anchorMailbox,
                MultivaluedMap<String, String> form);
    }
}
