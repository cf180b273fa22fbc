package io.tokenbroker.exchange;

import io.tokenbroker.settings.BrokerSettings;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Authorization server metadata (RFC 8414 §2). */
@Path("/.well-known/oauth-authorization-server")
class MetadataResource {

    private final Optional<URI> publicUrl;

    MetadataResource(BrokerSettings settings) {
        this.publicUrl = settings.publicUrl();
    }

    @GET
    @PermitAll
    public Map<String, Object> read(@Context UriInfo uri) {
        var broker = publicUrl.orElseGet(uri::getBaseUri).toString().replaceFirst("/+$", "");
        return Map.of(
                "issuer", broker,
                "token_endpoint", broker + "/oauth2/token",
                "grant_types_supported", List.of(ExchangeRequest.GRANT),
                "response_types_supported", List.of(),
                "token_endpoint_auth_methods_supported", List.of("client_secret_basic", "client_secret_post"));
    }
}
