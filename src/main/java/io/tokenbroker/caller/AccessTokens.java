package io.tokenbroker.caller;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.http.Get;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;

/**
 * FusionAuth's access tokens, verified. A token must be signed by a key of the JWKS with an asymmetric algorithm, say
 * the configured {@code iss}, name the application in {@code aud}, not be expired, and carry {@code applicationId}: an
 * id_token or another service's token does not. Keys are fetched again when an unknown one is met, and known ones are
 * kept through an outage.
 */
@ApplicationScoped
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

    private final BrokerSettings.FusionAuth settings;
    private final Clients clients;
    private final Clock clock;
    private final HttpsJwksVerificationKeyResolver keys;

    /** By digest, so that a heap dump holds no tokens. Only successes, never past {@code exp}. */
    private final Cache<String, Verified> verified =
            Caffeine.newBuilder().maximumSize(100_000).build();

    AccessTokens(BrokerSettings settings, Clients clients, Clock clock) {
        this.settings = settings.fusionauth();
        this.clients = clients;
        this.clock = clock;
        this.keys = new HttpsJwksVerificationKeyResolver(jwks(this.settings));
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
        } catch (InvalidJwtException | MalformedClaimException refused) {
            if (isUnreachable(refused)) {
                throw new BrokerException(
                                ProblemType.FUSIONAUTH_UNAVAILABLE,
                                "FusionAuth's signing keys cannot be fetched, so no new token can be checked. Try again later.")
                        .withRetryAfter(Duration.ofSeconds(5));
            }
            return Optional.empty();
        }
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

    private static boolean isUnreachable(Throwable refused) {
        for (var cause = refused.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private static HttpsJwks jwks(BrokerSettings.FusionAuth settings) {
        var location = settings.jwksUrl()
                .orElseGet(() ->
                        URI.create(ClientPolicy.withoutSlash(settings.url().toString()) + "/.well-known/jwks.json"));
        var get = new Get();
        get.setConnectTimeout(3_000);
        get.setReadTimeout(5_000);
        get.setRetries(1);
        var jwks = new HttpsJwks(location.toString());
        jwks.setSimpleHttpGet(get);
        jwks.setDefaultCacheDuration(Duration.ofMinutes(10).toSeconds());
        jwks.setRetainCacheOnErrorDuration(Duration.ofDays(1).toSeconds());
        // An unknown key id makes it look again, but strangers' tokens must not make it look all the time.
        jwks.setRefreshReprieveThreshold(Duration.ofSeconds(2).toMillis());
        return jwks;
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
