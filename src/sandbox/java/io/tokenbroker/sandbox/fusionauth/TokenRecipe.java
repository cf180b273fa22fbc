package io.tokenbroker.sandbox.fusionauth;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A token to be: a good one to begin with, for a test to spoil. */
public final class TokenRecipe {

    private final Map<String, Object> claims = new LinkedHashMap<>();
    private final Map<String, Object> header = new LinkedHashMap<>();
    private @Nullable String algorithm;
    private boolean unknownKey;
    private boolean webhookKey;

    TokenRecipe() {
        header.put("typ", "JWT");
    }

    /** Sets a claim, of any JSON type. */
    public TokenRecipe claim(String name, Object value) {
        claims.put(name, value);
        return this;
    }

    /** Leaves a claim out. */
    public TokenRecipe without(String name) {
        claims.remove(name);
        return this;
    }

    /** Any subject, for example the one of a service user. */
    public TokenRecipe subject(String subject) {
        return claim("sub", subject);
    }

    public TokenRecipe audience(String audience) {
        return claim("aud", audience);
    }

    public TokenRecipe issuer(String issuer) {
        return claim("iss", issuer);
    }

    public TokenRecipe expiresAt(Instant instant) {
        return claim("exp", instant.getEpochSecond());
    }

    /** Sets a header member other than {@code alg} and {@code kid}. */
    public TokenRecipe header(String name, Object value) {
        header.put(name, value);
        return this;
    }

    /**
     * How it is signed. {@code RS256}, {@code PS256} and {@code ES256} are valid, by a published key. {@code HS256} takes
     * the bytes of the public key for the secret, {@code none} does not sign: both are attacks.
     */
    public TokenRecipe algorithm(String name) {
        algorithm = name;
        return this;
    }

    /** Signs by a key, and names it, that is not published. */
    public TokenRecipe unknownKey() {
        unknownKey = true;
        return this;
    }

    /** Signs by the key of webhooks, RS256 until said otherwise. */
    public TokenRecipe byWebhookKey() {
        webhookKey = true;
        algorithm = "RS256";
        return this;
    }

    /** Turns it into an id_token of the same person. */
    public TokenRecipe idToken() {
        return without("applicationId").without("roles").without("scope").claim("at_hash", "wfgvmE9VxjAudsl9lc6TqA");
    }

    Map<String, Object> claims() {
        return claims;
    }

    Map<String, Object> header() {
        return header;
    }

    @Nullable
    String algorithm() {
        return algorithm;
    }

    boolean isByWebhookKey() {
        return webhookKey;
    }

    boolean isByUnknownKey() {
        return unknownKey;
    }
}
