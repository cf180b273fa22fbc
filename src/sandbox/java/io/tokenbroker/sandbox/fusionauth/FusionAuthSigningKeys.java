package io.tokenbroker.sandbox.fusionauth;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/**
 * The keys that sign tokens: the last one is in use, all are published but the secret of a fresh installation. So is the
 * key of webhooks, which a fresh installation does not have.
 */
final class FusionAuthSigningKeys {

    private static final int RSA_BITS = 2048;

    private final List<PublicJsonWebKey> keys;
    private final List<PublicJsonWebKey> unpublished;
    private volatile boolean outage;
    private volatile boolean hmacOnly;
    private volatile boolean applicationByHmac;

    private FusionAuthSigningKeys(PublicJsonWebKey first, List<PublicJsonWebKey> unpublished) {
        this.keys = new CopyOnWriteArrayList<>(List.of(first));
        this.unpublished = unpublished;
    }

    static FusionAuthSigningKeys published(String algorithm) {
        return new FusionAuthSigningKeys(generate(algorithm), List.of());
    }

    /** As a fresh tenant has it: what it signs, only it can verify. */
    static FusionAuthSigningKeys secret() {
        var secret = generate("RS256");
        return new FusionAuthSigningKeys(secret, List.of(secret));
    }

    /** The same for all stand-ins of the process: made when first asked for. */
    private static final class OfWebhooks {
        private static final PublicJsonWebKey RSA = made("RS256");
        private static final PublicJsonWebKey EC = made("ES256");
        private static final PublicJsonWebKey ED25519 = made("EdDSA");

        private static PublicJsonWebKey made(String algorithm) {
            var key = generate(algorithm);
            key.setKeyId(Webhooks.KEY_ID);
            // Any algorithm of its type may be tried.
            key.setAlgorithm(null);
            return key;
        }
    }

    /** One of each type has the id that the broker expects, so that a test may take any. */
    PublicJsonWebKey ofWebhooks(String algorithm) {
        return switch (algorithm) {
            case "ES256" -> OfWebhooks.EC;
            case "EdDSA" -> OfWebhooks.ED25519;
            default -> OfWebhooks.RSA;
        };
    }

    PublicJsonWebKey current() {
        return keys.getLast();
    }

    /** The newest published key that can sign by that algorithm; made and published if there is none. */
    synchronized PublicJsonWebKey by(String algorithm) {
        var type = algorithm.startsWith("ES") ? "EC" : "RSA";
        for (var key : keys.reversed()) {
            if (key.getKeyType().equals(type)) {
                return key;
            }
        }
        var made = generate(algorithm);
        keys.addFirst(made);
        return made;
    }

    /** Adds a published key that is not in use yet. */
    synchronized void add(UUID id, String algorithm) {
        var key = generate(algorithm);
        key.setKeyId(id.toString());
        keys.addFirst(key);
    }

    /** Signs by that key from now on; false if there is none of that id. */
    synchronized boolean use(UUID id) {
        var wanted = keys.stream()
                .filter(key -> id.toString().equals(key.getKeyId()))
                .findFirst();
        wanted.ifPresent(key -> {
            keys.remove(key);
            keys.add(key);
        });
        return wanted.isPresent();
    }

    synchronized void rotate(String algorithm) {
        keys.add(generate(algorithm));
    }

    /** Unpublishes every key but the current one. */
    synchronized void dropOld() {
        keys.retainAll(List.of(current()));
    }

    void outage(boolean down) {
        outage = down;
    }

    /** A tenant that signs by HMAC only publishes nothing. */
    void hmacOnly(boolean isSo) {
        hmacOnly = isSo;
    }

    /** An application that signs by HMAC, beside others of the tenant that do not. */
    void applicationByHmac(boolean isSo) {
        applicationByHmac = isSo;
    }

    /** What the application signs with, as PEM. */
    Optional<String> ofApplication() {
        return Optional.of(current())
                .filter(key -> !hmacOnly && !applicationByHmac && !unpublished.contains(key))
                .map(key -> "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----"
                        .formatted(Base64.getMimeEncoder()
                                .encodeToString(key.getPublicKey().getEncoded())));
    }

    boolean isOut() {
        return outage;
    }

    Map<String, Object> published() {
        return Map.of(
                "keys",
                Stream.concat(
                                keys.stream(),
                                unpublished.isEmpty()
                                        ? Stream.of(OfWebhooks.RSA, OfWebhooks.EC, OfWebhooks.ED25519)
                                        : Stream.empty())
                        .filter(key -> !hmacOnly && !unpublished.contains(key))
                        .map(key -> key.toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY))
                        .toList());
    }

    /** A key that nobody publishes until it is added here. */
    static PublicJsonWebKey generate(String algorithm) {
        try {
            PublicJsonWebKey key = switch (algorithm) {
                case "EdDSA" -> OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519);
                case String name when name.startsWith("ES") -> EcJwkGenerator.generateJwk(EllipticCurves.P256);
                default -> RsaJwkGenerator.generateJwk(RSA_BITS);
            };
            key.setKeyId(UUID.randomUUID().toString());
            key.setAlgorithm(algorithm.startsWith("ES") ? "ES256" : "RS256");
            key.setUse("sig");
            return key;
        } catch (JoseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
