package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.HeldRequests;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An OpenID Connect provider that says what a test told it to; {@code code-x} signs in the identity {@code x}. */
final class ScriptedProvider extends HttpStandIn {

    private final List<Request> tokenRequests = new CopyOnWriteArrayList<>();
    private final HeldRequests held = new HeldRequests();
    private final List<String> spent = new CopyOnWriteArrayList<>();
    volatile Map<String, Object> extraClaims = Map.of();
    volatile boolean refreshToken = true;
    volatile boolean userinfoFails;
    volatile boolean tokenHangs;

    ScriptedProvider() {
        super(0);
        start();
    }

    String issuer() {
        return url().toString();
    }

    List<Request> tokenRequests() {
        return tokenRequests;
    }

    @Override
    protected Reply answer(Request request) {
        return switch (request.path()) {
            case "/.well-known/openid-configuration" ->
                Reply.json(
                        200,
                        Map.of(
                                "issuer", issuer(),
                                "token_endpoint", url() + "/token",
                                "userinfo_endpoint", url() + "/userinfo"));
            case "/token" -> token(request);
            case "/userinfo" -> userinfo(request);
            default -> Reply.empty(404);
        };
    }

    private synchronized Reply token(Request request) {
        tokenRequests.add(request);
        if (tokenHangs) {
            return hung();
        }
        var code = request.form().getOrDefault("code", "");
        if (!code.startsWith("code-") || spent.contains(code)) {
            return Reply.json(400, Map.of("error", "invalid_grant"));
        }
        spent.add(code);
        var answer = new HashMap<String, Object>(Map.of("access_token", "access-" + code, "token_type", "Bearer"));
        if (refreshToken) {
            answer.put("refresh_token", "refresh-" + code);
        }
        return Reply.json(200, answer);
    }

    /** Until this provider closes. */
    private Reply hung() {
        try {
            held.hang();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        return Reply.dropped();
    }

    private Reply userinfo(Request request) {
        var bearer = request.header("authorization").orElse("");
        if (userinfoFails || !bearer.startsWith("Bearer access-code-")) {
            return Reply.empty(401);
        }
        var identity = bearer.substring("Bearer access-code-".length()).replaceAll("-.*", "");
        var claims = new HashMap<String, Object>(Map.of("sub", identity, "email", identity + "@contoso.com"));
        claims.putAll(extraClaims);
        claims.values().remove("");
        return Reply.json(200, claims);
    }
}
