package io.tokenbroker.http;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Objects;

/** The contract, openapi.yaml, as it stands at the root of the sources. */
class OpenApiDocument {

    /** RFC 9512. */
    private static final String MEDIA_TYPE = "application/yaml";

    void register(@Observes ManagementInterface management) throws IOException {
        try (var file = OpenApiDocument.class.getResourceAsStream("/openapi.yaml")) {
            var document = Buffer.buffer(
                    Objects.requireNonNull(file, "openapi.yaml is in the jar").readAllBytes());
            management
                    .router()
                    .route("/q/openapi")
                    .method(HttpMethod.GET)
                    .method(HttpMethod.HEAD)
                    .handler(request -> request.response()
                            .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                            .end(document));
        }
    }
}
