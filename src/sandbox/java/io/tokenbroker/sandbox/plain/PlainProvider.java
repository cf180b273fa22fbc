package io.tokenbroker.sandbox.plain;

import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An OpenID Connect provider that is not Entra: it believes every client and knows everybody, so that a test says who
 * signs in. A refresh token works once.
 */
public final class PlainProvider extends HttpStandIn {

    public static final String CLIENT_ID = "plain client";

    /** Has every character that a careless encoding gets wrong. */
    public static final String CLIENT_SECRET = "s:e%c r+e&t=ü-of-the-plain-provider";

    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, Grant> refreshTokens = new ConcurrentHashMap<>();
    private final Map<String, Grant> accessTokens = new ConcurrentHashMap<>();
    private final List<Request> tokenRequests = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private volatile Map<String, String> refusal = Map.of();

    private record Grant(Map<String, String> claims, boolean offline) {}

    public PlainProvider() {
        super(0);
        IssuedSecrets.record(CLIENT_SECRET);
        start();
    }

    public String issuer() {
        return url().toString();
    }

    /** As FusionAuth is told of it: found by its issuer, with pending links. */
    public IdentityProvider registered(String name) {
        return FusionAuthStandIn.linkingProvider(name, issuer(), CLIENT_ID, CLIENT_SECRET);
    }

    /** While away, every answer is a 503. */
    public void away(boolean now) {
        away = now;
    }

    /** From now on every refresh is answered with this error. */
    public void refusesRefreshes(Map<String, String> error) {
        refusal = Map.copyOf(error);
    }

    /** A code for an identity that has no e-mail address. */
    public String code(String identity) {
        return code(Map.of("sub", identity), true);
    }

    /** A refresh token from an earlier sign-in of an identity that has no e-mail address. */
    public String refreshToken(String identity) {
        return issue(refreshTokens, new Grant(Map.of("sub", identity), true));
    }

    /** @param offline whether a refresh token comes with it */
    public String code(Map<String, String> claims, boolean offline) {
        return issue(codes, new Grant(Map.copyOf(claims), offline));
    }

    /** Whether this refresh token would still be taken. */
    public boolean isGood(String refreshToken) {
        return refreshTokens.containsKey(refreshToken);
    }

    /** The token requests, the newest last. */
    public List<Request> tokenRequests() {
        return List.copyOf(tokenRequests);
    }

    @Override
    protected Reply answer(Request request) {
        if (away) {
            return Reply.empty(503);
        }
        return switch (request.path()) {
            case "/.well-known/openid-configuration" ->
                Reply.json(
                        200,
                        Map.of(
                                "issuer", issuer(),
                                "authorization_endpoint", url() + "/authorize",
                                "token_endpoint", url() + "/token",
                                "userinfo_endpoint", url() + "/userinfo"));
            case "/token" -> token(request);
            case "/userinfo" -> userinfo(request);
            default -> Reply.empty(404);
        };
    }

    private Reply token(Request request) {
        tokenRequests.add(request);
        var form = request.form();
        var isRefresh = form.getOrDefault("grant_type", "").equals("refresh_token");
        if (isRefresh && !refusal.isEmpty()) {
            return Reply.json(400, refusal);
        }
        var grant = isRefresh
                ? refreshTokens.remove(form.getOrDefault("refresh_token", ""))
                : codes.remove(form.getOrDefault("code", ""));
        if (grant == null) {
            return Reply.json(400, Map.of("error", "invalid_grant"));
        }
        var answer = new HashMap<String, Object>();
        answer.put("access_token", issue(accessTokens, grant));
        answer.put("token_type", "Bearer");
        answer.put("expires_in", 3600);
        if (grant.offline()) {
            answer.put("refresh_token", issue(refreshTokens, grant));
        }
        return Reply.json(200, answer);
    }

    private Reply userinfo(Request request) {
        var bearer = request.header("authorization").orElse("").replace("Bearer ", "");
        var grant = accessTokens.get(bearer);
        return grant == null ? Reply.empty(401) : Reply.json(200, grant.claims());
    }

    private static String issue(Map<String, Grant> kept, Grant grant) {
        var secret = IssuedSecrets.fresh("plain-");
        kept.put(secret, grant);
        return secret;
    }
}
