package io.tokenbroker.tenant;

import io.quarkus.rest.client.reactive.Url;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import org.eclipse.microprofile.rest.client.annotation.RegisterProvider;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jspecify.annotations.Nullable;

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
