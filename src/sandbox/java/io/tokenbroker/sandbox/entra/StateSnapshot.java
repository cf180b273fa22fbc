package io.tokenbroker.sandbox.entra;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the stand-in knows, as JSON can say it, without one secret. */
final class StateSnapshot {

    private static final Set<String> SECRETS = Set.of(
            "authorization", "cookie", "client_secret", "client_assertion", "refresh_token", "code", "code_verifier");

    private final EntraStandIn entra;

    StateSnapshot(EntraStandIn entra) {
        this.entra = entra;
    }

    Map<String, Object> all() {
        var state = new LinkedHashMap<String, Object>();
        state.put("now", entra.clock().instant().toString());
        state.put("tenants", Tenant.ALL);
        state.put(
                "users",
                entra.directory().users().stream().map(StateSnapshot::user).toList());
        state.put("app", app());
        state.put("consents", entra.consents().all());
        state.put("faults", entra.faults().all());
        state.put("hanging", entra.faults().hanging());
        state.put("switches", switches());
        state.put("counters", counters());
        return state;
    }

    Map<String, Object> counters() {
        return Map.of("tokenRequests", entra.tokenRequestCounts(), "refreshTokens", entra.refreshTokenCounts());
    }

    List<Map<String, Object>> requests() {
        return entra.tokenRequests().stream().map(StateSnapshot::request).toList();
    }

    static Map<String, Object> introspection(Introspection token) {
        var described = new LinkedHashMap<String, Object>();
        described.put("active", token.active());
        described.put("kind", token.kind());
        described.put("user", token.user());
        described.put("tenant", token.tenant());
        described.put("audience", token.audience());
        described.put("scope", token.scope());
        described.put("issued", token.issued().toString());
        described.put("expires", token.expires().toString());
        described.put("uses", token.uses());
        return described;
    }

    private Map<String, Object> switches() {
        return Map.of(
                "issuerInRedirect", entra.switches().issuerInRedirect(),
                "singleUseRefreshTokens", entra.switches().singleUseRefreshTokens(),
                "armChallenge", entra.switches().armChallenge());
    }

    private Map<String, Object> app() {
        var app = entra.app();
        return Map.of(
                "clientId", app.clientId(),
                "name", app.name(),
                "redirectUris", app.redirectUris(),
                "secretsExpire",
                        app.secretExpiries().stream().map(Object::toString).toList());
    }

    private static Map<String, Object> user(User user) {
        return Map.of(
                "email", user.email(),
                "name", user.name(),
                "home", user.home().id(),
                "objectIds", user.objectIds(),
                "enabled", user.enabled(),
                "sessionEpoch", user.sessionEpoch());
    }

    private static Map<String, Object> request(TokenRequest request) {
        return Map.of(
                "at", request.at().toString(),
                "tenant", request.tenant(),
                "grant", request.grant(),
                "user", request.user(),
                "resource", request.resource(),
                "headers", withoutSecrets(request.headers()),
                "form", withoutSecrets(request.form()));
    }

    private static Map<String, String> withoutSecrets(Map<String, String> values) {
        var harmless = new TreeMap<>(values);
        harmless.replaceAll((name, value) -> SECRETS.contains(name) ? "***" : value);
        return harmless;
    }
}
