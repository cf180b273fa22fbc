package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/** The tokens of signed-in people. */
final class Tokens {

    static final Duration LIFETIME = Duration.ofHours(1);

    private final State state;

    Tokens(State state) {
        this.state = state;
    }

    /** An access token as the OAuth endpoint issues it. */
    TokenRecipe access(User user, String scope, String authenticationType, Instant authTime) {
        var recipe = common(user, authenticationType, authTime).claim("scope", scope);
        user.roles(state.application.id())
                .ifPresent(roles -> recipe.claim(
                                "applicationId", state.application.id().toString())
                        .claim("roles", roles));
        typed(recipe, "at");
        return recipe;
    }

    /** The id_token beside an access token: no application, no roles. */
    TokenRecipe id(User user, String accessToken, Optional<String> nonce, Instant authTime) {
        var recipe = common(user, "PASSWORD", authTime).claim("at_hash", halfHash(accessToken));
        nonce.ifPresent(value -> recipe.claim("nonce", value));
        typed(recipe, "id");
        return recipe;
    }

    String sign(TokenRecipe recipe) {
        var key = key(recipe);
        var algorithm = Optional.ofNullable(recipe.algorithm()).orElse(key.getAlgorithm());
        var jws = new JsonWebSignature();
        recipe.header().forEach((name, value) -> jws.getHeaders().setObjectHeaderValue(name, value));
        jws.setAlgorithmHeaderValue(algorithm);
        jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jws.setDoKeyValidation(false);
        jws.setPayload(JsonUtil.toJson(recipe.claims()));
        if (!algorithm.equals("none")) {
            jws.setKeyIdHeaderValue(key.getKeyId());
            jws.setKey(
                    algorithm.startsWith("HS") ? new HmacKey(key.getPublicKey().getEncoded()) : key.getPrivateKey());
        }
        try {
            return IssuedSecrets.record(jws.getCompactSerialization());
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private PublicJsonWebKey key(TokenRecipe recipe) {
        var algorithm = recipe.algorithm();
        if (recipe.isByUnknownKey()) {
            return FusionAuthSigningKeys.generate(algorithm == null ? "RS256" : algorithm);
        }
        if (recipe.isByWebhookKey()) {
            return state.signingKeys.ofWebhooks(algorithm == null ? "RS256" : algorithm);
        }
        return algorithm == null ? state.signingKeys.current() : state.signingKeys.by(algorithm);
    }

    private TokenRecipe common(User user, String authenticationType, Instant authTime) {
        var now = state.now();
        var recipe = new TokenRecipe()
                .header("gty", List.of("authorization_code"))
                .issuer(state.issuer())
                .subject(user.id().toString())
                .audience(state.application.id().toString())
                .claim("iat", now.getEpochSecond())
                .expiresAt(now.plus(LIFETIME))
                .claim("jti", UUID.randomUUID().toString())
                .claim("auth_time", authTime.getEpochSecond())
                .claim("authenticationType", authenticationType)
                .claim("tid", user.tenantId().toString());
        user.email()
                .ifPresent(email -> recipe.claim("email", email)
                        .claim("email_verified", user.emailVerified())
                        .claim("preferred_username", email));
        return recipe;
    }

    private void typed(TokenRecipe recipe, String type) {
        switch (state.switches.get(Unknown.TokenTypeClaim.class)) {
            case ABSENT -> {}
            case TTY -> recipe.claim("tty", type);
            case OTHER_NAME -> recipe.claim("token_type", type);
        }
    }

    private static String halfHash(String accessToken) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(accessToken.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, digest.length / 2));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
