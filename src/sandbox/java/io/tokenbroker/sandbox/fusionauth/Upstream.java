package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What Complete does at the provider: redeem the code, ask userinfo with the access token that came, read the claims
 * from there and, for what is missing there, from a verified id_token.
 */
final class Upstream {

    /** What the browser brought back. */
    record Redemption(String code, String redirectUri, Optional<String> verifier) {
        @Override
        public String toString() {
            return "Redemption[" + redirectUri + "]";
        }
    }

    private final State state;
    private final UpstreamHttp http;
    private final IdTokenClaims idTokens;

    Upstream(State state) {
        this.state = state;
        http = state.discovery.http();
        idTokens = new IdTokenClaims(http);
    }

    UpstreamIdentity identify(IdentityProvider provider, UUID application, Redemption redemption)
            throws UpstreamFailure {
        var endpoints = state.discovery.endpoints(provider);
        var tokens = redeem(provider, application, redemption, endpoints.token());
        var accessToken = tokens.path("access_token").asText();
        var userinfo = userinfo(endpoints.userinfo(), accessToken);
        var secret = provider.oauth2(application, "client_secret").orElse("");
        var idToken = Json.text(tokens, "id_token")
                .map(token -> idTokens.verified(token, endpoints.jwks(), secret))
                .orElse(Json.object());
        return identity(provider, userinfo, idToken, stored(tokens));
    }

    private JsonNode redeem(IdentityProvider provider, UUID application, Redemption redemption, String url)
            throws UpstreamFailure {
        var clientId = provider.oauth2(application, "client_id").orElse("");
        var secret = provider.oauth2(application, "client_secret").orElse("");
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", redemption.code());
        form.put("redirect_uri", redemption.redirectUri());
        form.put("client_id", clientId);
        redemption.verifier().ifPresent(verifier -> form.put("code_verifier", verifier));
        if (state.switches.get(Unknown.TokenRequestScope.class) == Unknown.TokenRequestScope.SENT) {
            provider.oauth2(application, "scope").ifPresent(scope -> form.put("scope", scope));
        }
        var authorization = "";
        switch (provider.oauth2("clientAuthenticationMethod").orElse("client_secret_basic")) {
            case "client_secret_post" -> form.put("client_secret", secret);
            case "none" -> {}
            default -> {
                form.remove("client_id");
                authorization = basic(clientId, secret);
            }
        }
        try {
            var tokens = http.post(url, form, authorization);
            for (var name : new String[] {"access_token", "refresh_token", "id_token"}) {
                Json.text(tokens, name).ifPresent(Secrets::note);
            }
            if (Json.text(tokens, "access_token").isPresent()) {
                return tokens;
            }
        } catch (IOException failed) {
            throw new UpstreamFailure("[OpenIDConnectToken]");
        }
        throw new UpstreamFailure("[OpenIDConnectToken]");
    }

    private JsonNode userinfo(String url, String accessToken) throws UpstreamFailure {
        try {
            return http.get(url, accessToken);
        } catch (IOException failed) {
            throw new UpstreamFailure("[OpenIDConnectUserinfo]");
        }
    }

    private @Nullable String stored(JsonNode tokens) {
        return switch (state.switches.get(Unknown.StoredToken.class)) {
            case REFRESH_TOKEN -> Json.text(tokens, "refresh_token").orElse(null);
            case ACCESS_TOKEN -> Json.text(tokens, "access_token").orElse(null);
            case NONE -> null;
        };
    }

    private static UpstreamIdentity identity(
            IdentityProvider provider, JsonNode userinfo, JsonNode idToken, @Nullable String token)
            throws UpstreamFailure {
        var id = claim(provider, "uniqueIdClaim", userinfo, idToken)
                .orElseThrow(() -> new UpstreamFailure("[MissingUniqueId]"));
        var email = claim(provider, "emailClaim", userinfo, idToken);
        var username = claim(provider, "usernameClaim", userinfo, idToken);
        var verified = claim(provider, "emailVerifiedClaim", userinfo, idToken);
        var displayName = email.or(() -> username).or(() -> Json.text(userinfo, "name"));
        return new UpstreamIdentity(
                id,
                displayName.orElse(null),
                email.orElse(null),
                username.orElse(null),
                !verified.filter("false"::equals).isPresent(),
                token);
    }

    private static Optional<String> claim(
            IdentityProvider provider, String setting, JsonNode userinfo, JsonNode idToken) {
        return provider.oauth2(setting)
                .flatMap(name -> Json.text(userinfo, name).or(() -> Json.text(idToken, name)));
    }

    private static String basic(String clientId, String secret) {
        var pair = UpstreamHttp.encode(clientId) + ":" + UpstreamHttp.encode(secret);
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
