package io.tokenbroker.seal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.seal.SealingKeys.SealingKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jboss.logging.Logger;

/**
 * Seals values at rest by AES-256-GCM (NIST SP 800-38D): the key's id, a random nonce, the ciphertext with its tag. The
 * place of a value is authenticated with it, so that it opens nowhere else.
 */
@ApplicationScoped
public class ColumnSealer {

    private static final Logger LOG = Logger.getLogger(ColumnSealer.class);
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SealingKeys keys;
    private final SecureRandom random = new SecureRandom();

    /** Which columns of which rows were logged not to open: each is looked at again and again. */
    private final Cache<String, Boolean> logged = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofHours(1))
            .build();

    public ColumnSealer(SealingKeys keys) {
        this.keys = keys;
    }

    /** @param place its row, its column, and what else it belongs to */
    public byte[] seal(Secret value, String... place) {
        var key = keys.sealing();
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, place);
            var sealed = cipher.doFinal(value.reveal().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(SealingKey.ID_BYTES + NONCE_BYTES + sealed.length)
                    .put(key.idBytes())
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A value could not be sealed", e);
        }
    }

    /** Empty if it was sealed for another place, was altered, or by a key that is not configured; logged once an hour. */
    public Optional<Secret> open(byte[] sealed, String... place) {
        var opened = Optional.of(sealed)
                .filter(value -> value.length >= SealingKey.ID_BYTES + NONCE_BYTES)
                .flatMap(value -> keys.byId(SealingKey.id(value)))
                .flatMap(key -> open(key, sealed, place));
        if (opened.isEmpty() && logged.asMap().putIfAbsent(place[0] + " " + place[1], true) == null) {
            LOG.errorf(
                    "A stored %s does not open: its key is not in broker.sealing-keys, or its row was altered (%s)",
                    place[1], place[0]);
        }
        return opened;
    }

    /** What every value begins with that the present first key has sealed. */
    public byte[] presentKey() {
        return keys.sealing().idBytes();
    }

    private static Optional<Secret> open(SealingKey key, byte[] sealed, String... place) {
        var begin = SealingKey.ID_BYTES + NONCE_BYTES;
        var nonce = Arrays.copyOfRange(sealed, SealingKey.ID_BYTES, begin);
        try {
            var value = cipher(Cipher.DECRYPT_MODE, key, nonce, place).doFinal(sealed, begin, sealed.length - begin);
            return Optional.of(Secret.of(new String(value, StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException notOurs) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, SealingKey key, byte[] nonce, String... place)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance(ALGORITHM);
        cipher.init(mode, key.key(), new GCMParameterSpec(TAG_BITS, nonce));
        for (var part : place) {
            // With its length before it, so that no two places look alike.
            var bytes = part.getBytes(StandardCharsets.UTF_8);
            cipher.updateAAD(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            cipher.updateAAD(bytes);
        }
        return cipher;
    }
}
