package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.lang.JoseException;

/** The key that signs tokens, the same for every tenant. */
final class SigningKey {

    private final RsaJsonWebKey key;

    SigningKey() {
        try {
            key = RsaJwkGenerator.generateJwk(2048);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
        key.setKeyId(UUID.randomUUID().toString());
        key.setUse("sig");
    }

    /** The public part, as a key document prints it. */
    Map<String, Object> published() {
        return key.toParams(OutputControlLevel.PUBLIC_ONLY);
    }

    String sign(JwtClaims claims) {
        var jws = new JsonWebSignature();
        jws.setPayload(claims.toJson());
        jws.setKey(key.getPrivateKey());
        jws.setKeyIdHeaderValue(key.getKeyId());
        jws.setHeader("typ", "JWT");
        jws.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return IssuedSecrets.record(jws.getCompactSerialization());
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The claims of a token this key signed; of anything else nothing. */
    Optional<JwtClaims> verify(String token) {
        try {
            var jws = new JsonWebSignature();
            jws.setCompactSerialization(token);
            jws.setKey(key.getPublicKey());
            return jws.verifySignature() ? Optional.of(JwtClaims.parse(jws.getPayload())) : Optional.empty();
        } catch (JoseException | InvalidJwtException notOurs) {
            return Optional.empty();
        }
    }
}
