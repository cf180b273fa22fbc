package io.tokenbroker.tenant;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jboss.logging.Logger;

/** OpenID Connect Discovery 1.0: an issuer's endpoints. Blocks. */
@ApplicationScoped
public class Discovery {

    private static final Logger LOG = Logger.getLogger(Discovery.class);

    private final ProviderHttp http;

    Discovery(ProviderHttp http) {
        this.http = http;
    }

    /** The issuer's endpoints, or empty if it cannot be reached or its document cannot be used. */
    public Optional<Endpoints> of(URI issuer) {
        try {
            var document = withoutSlash(issuer) + "/.well-known/openid-configuration";
            var answer = http.send(provider -> provider.get(document));
            return answer.status() == 200 ? endpoints(answer.body()) : Optional.empty();
        } catch (IOException unreachable) {
            LOG.warnf("The issuer %s does not answer", issuer);
            return Optional.empty();
        }
    }

    private static Optional<Endpoints> endpoints(JsonNode document) {
        var authorization = uri(document, "authorization_endpoint");
        var token = uri(document, "token_endpoint");
        var issuer = document.path("issuer").asText("");
        return authorization.isPresent() && token.isPresent() && !issuer.isEmpty()
                ? Optional.of(new Endpoints(
                        issuer,
                        authorization.get(),
                        token.get(),
                        document.path("authorization_response_iss_parameter_supported")
                                .asBoolean()))
                : Optional.empty();
    }

    private static Optional<URI> uri(JsonNode document, String member) {
        try {
            return Optional.of(document.path(member).asText(""))
                    .filter(text -> text.startsWith("https://") || text.startsWith("http://"))
                    .map(URI::create);
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static String withoutSlash(URI issuer) {
        return issuer.toString().replaceAll("/+$", "");
    }

    /**
     * @param issuer as the document says it, which is what RFC 9207's {@code iss} is compared with
     * @param promisesIssuer whether every authorization response has {@code iss}
     */
    public record Endpoints(String issuer, URI authorization, URI token, boolean promisesIssuer) {

        public Endpoints(String issuer, URI authorization, URI token) {
            this(issuer, authorization, token, false);
        }
    }
}
