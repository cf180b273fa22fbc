package io.tokenbroker.exchange;

import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;

@Path("/.well-known/oauth-authorization-server")
class MetadataResource {

    @GET
    @PermitAll
    public Metadata read(@Context UriInfo uri) {
        return Metadata.of(uri.getBaseUri().toString().replaceFirst("/$", ""));
    }

    /** Authorization server metadata (RFC 8414 §2). */
    record Metadata(
            String issuer,
            String tokenEndpoint,
            List<String> grantTypesSupported,
            List<String> responseTypesSupported,
            List<String> tokenEndpointAuthMethodsSupported) {

        Metadata {
            grantTypesSupported = List.copyOf(grantTypesSupported);
            responseTypesSupported = List.copyOf(responseTypesSupported);
            tokenEndpointAuthMethodsSupported = List.copyOf(tokenEndpointAuthMethodsSupported);
        }

        static Metadata of(String broker) {
            return new Metadata(
                    broker,
                    broker + "/oauth2/token",
                    List.of(ExchangeRequest.GRANT),
                    List.of(),
                    List.of("client_secret_basic", "client_secret_post"));
        }
    }
}
