package io.tokenbroker.seal;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.SecretsRotated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.security.Key;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jose4j.keys.AesKey;
import org.jose4j.lang.HashUtil;

/** The keys of {@code broker.sealing-keys}: the first seals, all open. A value keeps the key that it was begun with. */
@Startup
@ApplicationScoped
public class SealingKeys {

    private static final int KEY_BYTES = 32;

    private volatile List<SealingKey> keys;

    /** @throws ConfigurationException if one is not 32 bytes long */
    public SealingKeys(BrokerSettings settings) {
        keys = decode(settings);
    }

    void rotate(@Observes SecretsRotated secrets) {
        keys = decode(secrets.settings());
    }

    private static List<SealingKey> decode(BrokerSettings settings) {
        return settings.sealingKeys().stream().map(SealingKeys::decode).toList();
    }

    SealingKey sealing() {
        return keys.getFirst();
    }

    Optional<SealingKey> byId(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    private static SealingKey decode(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64.strip());
            if (bytes.length == KEY_BYTES) {
                return SealingKey.of(bytes);
            }
        } catch (IllegalArgumentException notBase64) {
            // Said below.
        }
        throw new ConfigurationException(
                "broker.sealing-keys: each key must be base64 of exactly 32 bytes (openssl rand -base64 32)");
    }

    /** @param id tells which key sealed a value; a digest, so it gives nothing away */
    record SealingKey(String id, Key key) {

        static final int ID_BYTES = 6;

        static SealingKey of(byte[] bytes) {
            return new SealingKey(id(HashUtil.getMessageDigest(HashUtil.SHA_256).digest(bytes)), new AesKey(bytes));
        }

        byte[] idBytes() {
            return Base64.getUrlDecoder().decode(id);
        }

        /** The id that these bytes begin with. */
        static String id(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, ID_BYTES));
        }
    }
}
