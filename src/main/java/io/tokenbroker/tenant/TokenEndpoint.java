package io.tokenbroker.tenant;

import io.tokenbroker.seal.Secret;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a provider redeems refresh tokens, and who we are there. */
public record TokenEndpoint(
        URI uri, String clientId, Optional<Secret> clientSecret, ClientAuthentication authentication) {

    private static final Pattern ENTRA = Pattern.compile("/([^/]+)/oauth2/v2\\.0/token");

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

    record Client(URI uri, String clientId) {}
}
