package io.tokenbroker.exchange;

import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

@Path("/.well-known/oauth-authorization-server")
@Tag(name = "Minting")
class MetadataResource {

    @GET
    @PermitAll
    @Operation(
            operationId = "readMetadata",
            summary = "What clients of OAuth ask first (RFC 8414)",
            description = "Public. The addresses are those by which the request came.")
    public Metadata read(@Context UriInfo uri) {
        return Metadata.of(uri.getBaseUri().toString().replaceFirst("/$", ""));
    }

    /** Authorization server metadata (RFC 8414 §2). */
    @Schema(name = "ServerMetadata", description = "Authorization server metadata (RFC 8414 §2).")
    record Metadata(
            @Schema(description = "The broker, as the client sees it.", examples = "https://broker.example")
            String issuer,

            @Schema(
                    description = "The token exchange. There is one for each account too, which is not listed.",
                    examples = "https://broker.example/oauth2/token")
            String tokenEndpoint,

            @Schema(description = "The token exchange alone.", examples = "[\"" + ExchangeRequest.GRANT + "\"]")
            List<String> grantTypesSupported,

            @Schema(description = "None: nobody is authorized here.", examples = "[]")
            List<String> responseTypesSupported,

            @Schema(
                    description = "How a client proves itself.",
                    examples = "[\"client_secret_basic\",\"client_secret_post\"]")
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
