package io.tokenbroker.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;

/**
 * FusionAuth's access tokens, verified. A token must be signed by a key of the JWKS with an asymmetric algorithm, say
 * the configured {@code iss}, name the application in {@code aud}, not be expired, and carry {@code applicationId}: an
 * id_token or another service's token does not.
 */
@Singleton
public class AccessTokens {

    private static final int LONGEST = 8_192;
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final Duration REMEMBERED = Duration.ofSeconds(60);

    /** RSA and EC signatures; {@code none} and HMAC are not in the list. */
    private static final AlgorithmConstraints ASYMMETRIC = new AlgorithmConstraints(
            ConstraintType.PERMIT,
            AlgorithmIdentifiers.RSA_USING_SHA256,
            AlgorithmIdentifiers.RSA_USING_SHA384,
            AlgorithmIdentifiers.RSA_USING_SHA512,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
            AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
            AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
            AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
            AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512);

    private static final Logger LOG = Logger.getLogger(AccessTokens.class);

    private final AtomicReference<Instant> warnedAt = new AtomicReference<>(Instant.EPOCH);
    private final BrokerSettings.FusionAuth settings;
    private final Clients clients;
    private final Clock clock;
    private final SigningKeys keys;

    /** By digest, so that a heap dump holds no tokens. Only successes, never past {@code exp}. */
    private final Cache<String, Verified> verified =
            Caffeine.newBuilder().maximumSize(100_000).executor(Runnable::run).build();

    AccessTokens(BrokerSettings settings, Clients clients, SigningKeys keys, Clock clock) {
        this.settings = settings.fusionauth();
        this.clients = clients;
        this.keys = keys;
        this.clock = clock;
    }

    /** The caller of a token verified within the last minute; needs no cryptography and never blocks. */
    Optional<Caller> remembered(String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        return Optional.ofNullable(verified.getIfPresent(digest(token)))
                .filter(known -> clock.instant().isBefore(known.until()))
                .map(Verified::caller);
    }

    /**
     * The caller of this token, or empty if it is not acceptable. May block on the JWKS.
     *
     * @throws BrokerException if FusionAuth's keys cannot be had, so that nobody can tell
     */
    Optional<Caller> verify(String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var claims = verifiedClaims(token);
            var caller = callerOf(claims);
            if (caller.isPresent()) {
                remember(token, caller.get(), claims.getExpirationTime());
            }
            return caller;
        } catch (InvalidJwtException refused) {
            if (refused.getCause() instanceof BrokerException cannotTell) {
                throw cannotTell;
            }
            if (refused.getErrorDetails().size() == 1 && refused.hasErrorCode(ErrorCodes.ISSUER_INVALID)) {
                warnOfIssuer();
            }
            return Optional.empty();
        } catch (MalformedClaimException refused) {
            return Optional.empty();
        }
    }

    /** All else being right, the setting may be wrong, and then every caller is refused: once a minute, whoever sends it. */
    private void warnOfIssuer() {
        var now = clock.instant();
        var last = warnedAt.get();
        if (!now.isBefore(last.plus(REMEMBERED)) && warnedAt.compareAndSet(last, now)) {
            LOG.warnf(
                    "A token for this application was refused since its iss is not %s. If that happens to all, broker.fusionauth.issuer is wrong",
                    settings.issuer());
        }
    }

    /**
     * The user of this token, or empty if it is not acceptable, or a client's. May block on the JWKS.
     *
     * @throws BrokerException if FusionAuth's keys cannot be had
     */
    public Optional<Caller.User> user(String token) {
        return remembered(token)
                .or(() -> verify(token))
                .filter(Caller.User.class::isInstance)
                .map(Caller.User.class::cast);
    }

    /** Cheap checks first: a token for somebody else costs no signature check and no JWKS request. */
    private JwtClaims verifiedClaims(String token) throws InvalidJwtException {
        var context = expectedClaims().setSkipSignatureVerification().build().process(token);
        expectedClaims()
                .setVerificationKeyResolver(keys)
                .setJwsAlgorithmConstraints(ASYMMETRIC)
                .build()
                .processContext(context);
        return context.getJwtClaims();
    }

    private JwtConsumerBuilder expectedClaims() {
        return new JwtConsumerBuilder()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setExpectedIssuer(true, settings.issuer())
                .setExpectedAudience(true, settings.applicationId().toString());
    }

    private Optional<Caller> callerOf(JwtClaims claims) throws MalformedClaimException {
        if (!settings.applicationId().toString().equals(claims.getClaimValue("applicationId"))) {
            return Optional.empty();
        }
        var subject = claims.getSubject();
        Optional<Caller> client = clients.bySubject(subject).map(Caller.class::cast);
        return client.or(() -> userId(subject).map(Caller.User::new));
    }

    private static Optional<UUID> userId(String subject) {
        try {
            return Optional.of(UUID.fromString(subject));
        } catch (IllegalArgumentException notAUser) {
            return Optional.empty();
        }
    }

    private void remember(String token, Caller caller, NumericDate expiration) {
        var expires = Instant.ofEpochMilli(expiration.getValueInMillis());
        var soon = clock.instant().plus(REMEMBERED);
        verified.put(digest(token), new Verified(caller, expires.isBefore(soon) ? expires : soon));
    }

    private static String digest(String token) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(sha256);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private record Verified(Caller caller, Instant until) {}
}
