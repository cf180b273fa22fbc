package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;

/** What needs no key to be read: {@code /.well-known/…}, and an application's public key. */
final class WellKnown {

    static final String JWKS = "/.well-known/jwks.json";
    static final String PUBLIC_KEY = "/api/jwt/public-key";
    static final String DISCOVERY = "/.well-known/openid-configuration";

    private final State state;

    WellKnown(State state) {
        this.state = state;
    }

    Reply jwks() {
        return state.signingKeys.isOut() ? Reply.empty(503) : Reply.json(200, state.signingKeys.published());
    }

    /** Of an application that signs by HMAC, or has the JWT configuration of its tenant, there is none. */
    Reply publicKey(Request request) {
        return request.parameter("applicationId")
                .filter(state.application.id().toString()::equals)
                .filter(id -> !state.application.inheritsKeys())
                .flatMap(id -> state.signingKeys.ofApplication())
                .map(key -> Reply.json(200, Map.of("publicKey", key)))
                .orElseGet(() -> Reply.empty(404));
    }

    Reply discovery(String path) {
        var tenant = path.substring(DISCOVERY.length());
        var known = tenant.isEmpty()
                || Json.uuid(tenant.substring(1))
                        .filter(state.access.tenants()::contains)
                        .isPresent();
        if (!known) {
            return Reply.empty(404);
        }
        var url = state.url().toString();
        var json = Json.object()
                .put("issuer", state.issuer())
                .put("authorization_endpoint", url + "/oauth2/authorize")
                .put("token_endpoint", url + "/oauth2/token")
                .put("end_session_endpoint", url + "/oauth2/logout")
                .put("jwks_uri", url + JWKS);
        for (var algorithm : List.of("RS256", "ES256")) {
            json.withArray("/id_token_signing_alg_values_supported").add(algorithm);
        }
        json.putArray("response_types_supported").add("code");
        json.putArray("subject_types_supported").add("public");
        json.putArray("code_challenge_methods_supported").add("S256");
        json.putArray("grant_types_supported").add("authorization_code").add("refresh_token");
        json.putArray("scopes_supported")
                .add("openid")
                .add("profile")
                .add("email")
                .add("offline_access");
        return Reply.json(200, json);
    }
}
