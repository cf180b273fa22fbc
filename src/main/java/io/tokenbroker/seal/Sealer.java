package io.tokenbroker.seal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwe.ContentEncryptionAlgorithmIdentifiers;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwe.KeyManagementAlgorithmIdentifiers;
import org.jose4j.lang.JoseException;

/**
 * Encrypts and authenticates small values as JWE (dir, A256GCM; RFC 7516), which a caller carries and any replica with
 * the same keys opens. The purpose is bound in: a sealed state never opens as a pending link.
 */
@ApplicationScoped
public class Sealer {

    /** Far above what the broker seals; a longer text is not worth decoding. */
    private static final int LONGEST = 16_384;

    private static final AlgorithmConstraints DIRECT_ONLY =
            new AlgorithmConstraints(ConstraintType.PERMIT, KeyManagementAlgorithmIdentifiers.DIRECT);
    private static final AlgorithmConstraints A256GCM_ONLY =
            new AlgorithmConstraints(ConstraintType.PERMIT, ContentEncryptionAlgorithmIdentifiers.AES_256_GCM);

    private final SealingKeys keys;
    private final ObjectMapper json;

    Sealer(SealingKeys keys, ObjectMapper json) {
        this.keys = keys;
        this.json = json;
    }

    /** Seals {@code value}, which Jackson must be able to write and read. */
    public String seal(String purpose, Object value) {
        var key = keys.sealing();
        var jwe = new JsonWebEncryption();
        jwe.setAlgorithmHeaderValue(KeyManagementAlgorithmIdentifiers.DIRECT);
        jwe.setEncryptionMethodHeaderParameter(ContentEncryptionAlgorithmIdentifiers.AES_256_GCM);
        jwe.setHeader("typ", purpose);
        jwe.setKeyIdHeaderValue(key.id());
        jwe.setKey(key.key());
        try {
            jwe.setPayload(json.writeValueAsString(value));
            return jwe.getCompactSerialization();
        } catch (JoseException | JsonProcessingException e) {
            throw new IllegalStateException("A value could not be sealed", e);
        }
    }

    /** The value, or empty if it was not sealed for this purpose with one of our keys. Expiry is the caller's to check. */
    public <T> Optional<T> open(String purpose, String sealed, Class<T> type) {
        if (sealed.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var jwe = new JsonWebEncryption();
            jwe.setAlgorithmConstraints(DIRECT_ONLY);
            jwe.setContentEncryptionAlgorithmConstraints(A256GCM_ONLY);
            jwe.setCompactSerialization(sealed);
            var key = Optional.ofNullable(jwe.getKeyIdHeaderValue()).flatMap(keys::byId);
            if (key.isEmpty() || !purpose.equals(jwe.getHeader("typ"))) {
                return Optional.empty();
            }
            jwe.setKey(key.get().key());
            return Optional.of(json.readValue(jwe.getPayload(), type));
        } catch (JoseException | JsonProcessingException | ClassCastException notOurs) {
            // The last is jose4j's word for a header with members of another type.
            return Optional.empty();
        }
    }
}
