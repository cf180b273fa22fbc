package io.tokenbroker.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tokenbroker.caller.WebhookKeys;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.settings.SecretsRotated;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.HmacKey;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.UnresolvableKeyException;

/** Whether FusionAuth has signed a webhook: a JWT over the body's digest, by the one key that the settings name. */
@Singleton
class WebhookSignature {

    private static final String DIGEST = "request_body_sha256";
    private static final int CLOCK_SKEW_SECONDS = 30;

    private final WebhookKeys published;
    private final Clock clock;
    private volatile Optional<Key> key;

    WebhookSignature(BrokerSettings settings, WebhookKeys published, Clock clock) {
        this.published = published;
        this.clock = clock;
        key = keyOf(settings.fusionauth());
    }

    void rotate(@Observes SecretsRotated secrets) {
        key = keyOf(secrets.settings().fusionauth());
    }

    private Optional<Key> keyOf(FusionAuthSettings settings) {
        return settings.webhookKeyId()
                .map(id -> Key.published(id, published))
                .or(() -> settings.webhookSecret().map(Key::shared));
    }

    /** Whether there is a key to check by; without one there are no webhooks. */
    boolean canBeChecked() {
        return key.isPresent();
    }

    /**
     * Whether this JWT signs exactly this body. May block for a second on the JWKS.
     *
     * @throws BrokerException if FusionAuth's keys cannot be fetched
     */
    boolean covers(String jwt, byte[] body) {
        try {
            // A user's token is by another key or, where an operator has taken the same one, says no digest.
            var by = key;
            return by.isPresent() && isDigest(claim(jwt, by.get()), body);
        } catch (InvalidJwtException e) {
            if (e.getCause() instanceof BrokerException away) {
                throw away;
            }
            return false;
        }
    }

    /** FusionAuth says no dates today. If it should, they count. */
    private Object claim(String jwt, Key by) throws InvalidJwtException {
        var consumer = new JwtConsumerBuilder()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                .setSkipDefaultAudienceValidation()
                .setJwsAlgorithmConstraints(by.algorithms)
                .setVerificationKeyResolver(by.resolver);
        if (by.isShared) {
            // A key of 256 bits signs HS512 too, which jose4j would refuse (RFC 7518 §3.2); the start has checked its
            // length.
            consumer.setRelaxVerificationKeyValidation();
        }
        return String.valueOf(consumer.build().processToClaims(jwt).getClaimValue(DIGEST));
    }

    private static boolean isDigest(Object said, byte[] body) {
        var digest = HashUtil.getMessageDigest(HashUtil.SHA_256).digest(body);
        return MessageDigest.isEqual(
                said.toString().getBytes(US_ASCII),
                Base64.getEncoder().encodeToString(digest).getBytes(US_ASCII));
    }

    /** Either kind takes its own algorithms alone: a public key is no secret to sign HMAC with. */
    private record Key(AlgorithmConstraints algorithms, VerificationKeyResolver resolver, boolean isShared) {

        private static Key published(String id, WebhookKeys keys) {
            return new Key(
                    permit(
                            AlgorithmIdentifiers.RSA_USING_SHA256,
                            AlgorithmIdentifiers.RSA_USING_SHA384,
                            AlgorithmIdentifiers.RSA_USING_SHA512,
                            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
                            AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
                            AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
                            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
                            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
                            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
                            AlgorithmIdentifiers.EDDSA),
                    (jws, nesting) -> {
                        // Before the JWKS is looked at: what a stranger makes up costs no request to FusionAuth.
                        if (!id.equals(jws.getKeyIdHeaderValue())) {
                            throw new UnresolvableKeyException("It is not the key of the webhooks");
                        }
                        return keys.resolve(jws);
                    },
                    false);
        }

        private static Key shared(String secret) {
            var key = new HmacKey(secret.getBytes(UTF_8));
            return new Key(
                    permit(
                            AlgorithmIdentifiers.HMAC_SHA256,
                            AlgorithmIdentifiers.HMAC_SHA384,
                            AlgorithmIdentifiers.HMAC_SHA512),
                    (jws, nesting) -> key,
                    true);
        }

        private static AlgorithmConstraints permit(String... algorithms) {
            return new AlgorithmConstraints(ConstraintType.PERMIT, algorithms);
        }
    }
}
