package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Which client asks, and whether it can prove it: by {@code client_secret_basic} or {@code client_secret_post}. */
final class ClientAuthentication {

    private record Credential(String clientId, String secret) {}

    private static final String BASIC = "Basic ";

    private final AppRegistration app;

    ClientAuthentication(AppRegistration app) {
        this.app = app;
    }

    /** The id of the client, proved. */
    String authenticate(Request request) {
        var shown = shown(request);
        if (shown.clientId().isEmpty()) {
            throw Refusal.missing("client_id");
        }
        if (!shown.clientId().equals(app.clientId())) {
            throw Refusal.of(
                    700016,
                    "Application with identifier '%s' was not found in the directory.".formatted(shown.clientId()));
        }
        // The app is of the kind "web". A browser adds this header, and tokens of such an app are not for browsers.
        if (request.header("origin").isPresent()) {
            throw Refusal.of(9002326);
        }
        if (request.form().containsKey("client_assertion")) {
            throw Refusal.of(700027);
        }
        if (shown.secret().isEmpty()) {
            throw Refusal.of(7000218);
        }
        app.authenticate(shown.secret());
        return shown.clientId();
    }

    private static Credential shown(Request request) {
        var authorization = request.header("authorization").orElse("");
        if (authorization.startsWith(BASIC)) {
            return basic(authorization.substring(BASIC.length()));
        }
        var form = request.form();
        return new Credential(form.getOrDefault("client_id", ""), form.getOrDefault("client_secret", ""));
    }

    private static Credential basic(String encoded) {
        try {
            var pair = new String(Base64.getDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
            var colon = pair.indexOf(':');
            // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
            return colon < 0 ? new Credential(decode(pair), "") : halves(pair, colon);
        } catch (IllegalArgumentException malformed) {
            throw Refusal.of(7000215);
        }
    }

    private static Credential halves(String pair, int colon) {
        return new Credential(decode(pair.substring(0, colon)), decode(pair.substring(colon + 1)));
    }

    private static String decode(String formEncoded) {
        return URLDecoder.decode(formEncoded, StandardCharsets.UTF_8);
    }
}
