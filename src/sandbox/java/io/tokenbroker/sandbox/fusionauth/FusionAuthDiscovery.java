package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where a provider's endpoints are. An issuer, if there is one, beats endpoints that are configured one by one. */
final class FusionAuthDiscovery {

    /** The JWKS is known only by discovery; without it no id_token can be verified. */
    record Endpoints(String token, String userinfo, Optional<String> jwks) {}

    private final Map<String, JsonNode> remembered = new ConcurrentHashMap<>();
    private final UpstreamHttp http = new UpstreamHttp();
    private final Switches switches;

    FusionAuthDiscovery(Switches switches) {
        this.switches = switches;
    }

    UpstreamHttp http() {
        return http;
    }

    Endpoints endpoints(IdentityProvider provider) throws UpstreamFailure {
        var issuer = provider.oauth2("issuer");
        if (issuer.isPresent()) {
            var document = document(issuer.get());
            return new Endpoints(
                    document.path("token_endpoint").asText(),
                    document.path("userinfo_endpoint").asText(),
                    Json.text(document, "jwks_uri"));
        }
        return new Endpoints(
                provider.oauth2("token_endpoint").orElse(""),
                provider.oauth2("userinfo_endpoint").orElse(""),
                Optional.empty());
    }

    /** Whether the provider may be saved: its issuer, if it has one, must answer. */
    boolean acceptsAtSave(IdentityProvider provider) {
        var issuer = provider.oauth2("issuer");
        if (issuer.isEmpty() || switches.get(Unknown.DiscoveryAtSave.class) == Unknown.DiscoveryAtSave.SKIPPED) {
            return true;
        }
        try {
            fetch(issuer.get());
            return true;
        } catch (IOException unreachable) {
            return false;
        }
    }

    private JsonNode document(String issuer) throws UpstreamFailure {
        var mayRemember = switches.get(Unknown.DiscoveryTime.class) != Unknown.DiscoveryTime.EVERY_COMPLETE;
        var known = remembered.get(issuer);
        if (mayRemember && known != null) {
            return known;
        }
        try {
            return fetch(issuer);
        } catch (IOException unreachable) {
            throw new UpstreamFailure("[Exception]");
        }
    }

    private JsonNode fetch(String issuer) throws IOException {
        var base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        var document = http.get(base + "/.well-known/openid-configuration");
        if (Json.text(document, "token_endpoint").isEmpty()) {
            throw new IOException("No discovery document");
        }
        remembered.put(issuer, document);
        return document;
    }
}
