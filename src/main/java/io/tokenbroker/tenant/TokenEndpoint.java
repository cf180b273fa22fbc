package io.tokenbroker.tenant;

import io.tokenbroker.seal.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Where a provider redeems refresh tokens, and who we are there. */
public record TokenEndpoint(
        URI uri, String clientId, Optional<Secret> clientSecret, ClientAuthentication authentication) {

    private static final Pattern ENTRA = Pattern.compile("/([^/]+)/oauth2/v2\\.0/token");

    private static final Set<String> ANY_TENANT = Set.of("common", "organizations");

    /** RFC 6749 §2.3.1; {@code NONE} is a public client. */
    public enum ClientAuthentication {
        CLIENT_SECRET_BASIC,
        CLIENT_SECRET_POST,
        NONE
    }

    /** Who we are there, however we prove it. */
    Client client() {
        return new Client(uri, clientId);
    }

    /** Entra is known by the form of its path, the same in every cloud and in none but Entra's. */
    public boolean isEntra() {
        return entraTenant().isPresent();
    }

    /** The tenant segment of an Entra endpoint: a GUID or a domain, or {@code common} and the like. */
    public Optional<String> entraTenant() {
        var path = ENTRA.matcher(Optional.ofNullable(uri.getPath()).orElse(""));
        return path.matches() ? Optional.of(path.group(1)) : Optional.empty();
    }

    /** The tenant segment of an Entra endpoint that takes people of any tenant: a guest's refresh there gives a token of another. */
    public Optional<String> anyTenant() {
        return entraTenant().filter(ANY_TENANT::contains);
    }

    /** RFC 6749 §2.3.1: the value of the Authorization header, both parts form-encoded before base64; empty where it is another method. */
    public Optional<String> basicAuthorization() {
        if (authentication != ClientAuthentication.CLIENT_SECRET_BASIC) {
            return Optional.empty();
        }
        var pair = encoded(clientId) + ":"
                + encoded(clientSecret.map(Secret::reveal).orElse(""));
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    /** What a request's form says of who we are. */
    public Map<String, String> clientForm() {
        return switch (authentication) {
            case CLIENT_SECRET_BASIC -> Map.of();
            case CLIENT_SECRET_POST ->
                Map.of(
                        "client_id",
                        clientId,
                        "client_secret",
                        clientSecret.map(Secret::reveal).orElse(""));
            case NONE -> Map.of("client_id", clientId);
        };
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    record Client(URI uri, String clientId) {}
}
