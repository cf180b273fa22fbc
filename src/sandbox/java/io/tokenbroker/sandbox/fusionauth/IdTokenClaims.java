package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;

/** The claims of an id_token, if its signature verifies; nothing otherwise. */
final class IdTokenClaims {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final UpstreamHttp http;

    IdTokenClaims(UpstreamHttp http) {
        this.http = http;
    }

    JsonNode verified(String idToken, Optional<String> jwksUrl, String clientSecret) {
        try {
            var jws = new JsonWebSignature();
            jws.setDoKeyValidation(false);
            jws.setCompactSerialization(idToken);
            var key = key(jws, jwksUrl, clientSecret);
            if (key.isEmpty()) {
                return MissingNode.getInstance();
            }
            jws.setKey(key.get());
            return jws.verifySignature() ? JSON.readTree(jws.getPayload()) : MissingNode.getInstance();
        } catch (JoseException | JsonProcessingException unusable) {
            return MissingNode.getInstance();
        }
    }

    private Optional<Key> key(JsonWebSignature jws, Optional<String> jwksUrl, String clientSecret)
            throws JoseException {
        if (jws.getAlgorithmHeaderValue().startsWith("HS")) {
            return Optional.of(new HmacKey(clientSecret.getBytes(StandardCharsets.UTF_8)));
        }
        if (jwksUrl.isEmpty()) {
            return Optional.empty();
        }
        try {
            var keys = new JsonWebKeySet(http.get(jwksUrl.get()).toString());
            return Optional.ofNullable(new VerificationJwkSelector().select(jws, keys.getJsonWebKeys()))
                    .map(jwk -> jwk.getKey());
        } catch (IOException unreachable) {
            return Optional.empty();
        }
    }
}
