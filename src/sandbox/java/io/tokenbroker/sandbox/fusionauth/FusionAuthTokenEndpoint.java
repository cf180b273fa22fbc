package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** {@code /oauth2/token}: codes with PKCE, and refresh tokens. */
final class FusionAuthTokenEndpoint {

    private final State state;

    FusionAuthTokenEndpoint(State state) {
        this.state = state;
    }

    Reply answer(Request request) {
        if (!request.method().equals("POST")) {
            return Reply.empty(405);
        }
        var form = request.form();
        if (!state.application.id().toString().equals(form.get("client_id"))) {
            return error("invalid_client", "invalid_client_id");
        }
        if (!state.application.isPublic()) {
            return error("invalid_client", "missing_client_secret");
        }
        return switch (form.getOrDefault("grant_type", "")) {
            case "authorization_code" -> byCode(form);
            case "refresh_token" -> byRefreshToken(form.getOrDefault("refresh_token", ""));
            default -> error("unsupported_grant_type", "invalid_grant_type");
        };
    }

    private Reply byCode(Map<String, String> form) {
        var verifier = form.getOrDefault("code_verifier", "");
        Secrets.note(verifier);
        var grant = state.grants.redeem(form.getOrDefault("code", ""));
        if (grant.isEmpty()) {
            return error("invalid_grant", "auth_code_not_found");
        }
        if (!grant.get().redirectUri().equals(form.get("redirect_uri"))) {
            return error("invalid_request", "invalid_redirect_uri");
        }
        if (!grant.get().challenge().equals(Optional.of(challenge(verifier)))) {
            return error("invalid_grant", "invalid_pkce_code_verifier");
        }
        return issue(grant.get(), wantsRefreshToken(grant.get()) ? state.grants.refreshToken(grant.get()) : "");
    }

    private Reply byRefreshToken(String token) {
        Secrets.note(token);
        return state.grants
                .byRefreshToken(token)
                .map(grant -> issue(grant, token))
                .orElseGet(() -> error("invalid_grant", "refresh_token_not_found"));
    }

    private Reply issue(FusionAuthGrants.Grant grant, String refreshToken) {
        var user = state.users.find(grant.userId()).filter(User::active);
        if (user.isEmpty()) {
            return error("invalid_grant", "user_not_found");
        }
        var access = state.tokens.access(user.get(), grant.scope(), "PASSWORD", grant.authTime());
        var json = Json.object();
        json.put("userId", user.get().id().toString()).put("token_type", "Bearer");
        json.put("expires_in", Tokens.LIFETIME.toSeconds()).put("scope", grant.scope());
        if (!refreshToken.isEmpty()) {
            access.claim(
                    "sid",
                    UUID.nameUUIDFromBytes(refreshToken.getBytes(StandardCharsets.UTF_8))
                            .toString());
            json.put("refresh_token", refreshToken);
        }
        var token = state.tokens.sign(access);
        json.put("access_token", token);
        if (scopes(grant).contains("openid")) {
            json.put(
                    "id_token", state.tokens.sign(state.tokens.id(user.get(), token, grant.nonce(), grant.authTime())));
        }
        return Reply.json(200, json).with("Cache-Control", "no-store");
    }

    private static boolean wantsRefreshToken(FusionAuthGrants.Grant grant) {
        return scopes(grant).contains("offline_access");
    }

    private static List<String> scopes(FusionAuthGrants.Grant grant) {
        return List.of(grant.scope().split(" ", -1));
    }

    private static Reply error(String error, String reason) {
        return Reply.json(
                400,
                Map.of("error", error, "error_reason", reason, "error_description", "The stand-in says " + reason));
    }

    private static String challenge(String verifier) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
