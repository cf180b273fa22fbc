package io.tokenbroker.caller;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTTokenParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.ParseException;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.CacheBudget.Share;
import io.tokenbroker.settings.FusionAuthSettings;
import io.tokenbroker.time.Time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.HashUtil;

/** FusionAuth's access tokens, verified: what they say by {@link TokenPolicy}, and signed asymmetrically by a key of the JWKS. */
@Singleton
public class UserTokens {

    /** All that the headers of a request may have together, so in a header none is refused for its length here. */
    private static final int LONGEST = 32_768;

    /** RFC 7515 §7.1, to the letter: one token has one form, and is remembered once. */
    private static final Pattern COMPACT = Pattern.compile("(?:[A-Za-z0-9_-]++\\.){2}[A-Za-z0-9_-]++");

    private static final Duration REMEMBERED = Duration.ofSeconds(60);
    private static final Logger LOG = Logger.getLogger(UserTokens.class);

    /** RSA and EC signatures; {@code none} and HMAC are not in the list. */
    private static final Set<SignatureAlgorithm> ASYMMETRIC = EnumSet.of(
            SignatureAlgorithm.RS256,
            SignatureAlgorithm.RS384,
            SignatureAlgorithm.RS512,
            SignatureAlgorithm.PS256,
            SignatureAlgorithm.PS384,
            SignatureAlgorithm.PS512,
            SignatureAlgorithm.ES256,
            SignatureAlgorithm.ES384,
            SignatureAlgorithm.ES512);

    private final AtomicReference<Window> warned = new AtomicReference<>(new Window(Instant.MIN, Instant.MIN));
    private final FusionAuthSettings settings;
    private final TokenPolicy policy;
    private final Clients clients;
    private final Clock clock;
    private final DefaultJWTTokenParser parser;
    private final JWTAuthContextInfo demands;

    /** By digest, so that a heap dump holds no tokens. Only successes, never past {@code exp}. */
    private final Cache<String, Verified> verified;

    UserTokens(BrokerSettings settings, Clients clients, SigningKeys keys, CacheBudget memory, Clock clock) {
        this.settings = settings.fusionauth();
        this.policy = new TokenPolicy(this.settings, clock);
        this.clients = clients;
        this.clock = clock;
        this.parser = parserWith(keys);
        this.demands = demands(this.settings, policy);
        this.verified = memory.cache(Share.CALLERS, Caffeine.newBuilder(), (digest, caller) -> 400);
    }

    /** The caller of a token verified within the last minute; needs no cryptography and never blocks. */
    Optional<Caller> remembered(String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        return Optional.ofNullable(verified.getIfPresent(digest(token)))
                .filter(known -> known.window().contains(clock.instant()))
                .map(Verified::caller);
    }

    /**
     * The caller of this token, or empty if it is not acceptable. May block on the JWKS.
     *
     * @throws BrokerException if the token is too long to be checked, or FusionAuth's keys cannot be fetched
     */
    Optional<Caller> verify(String token) {
        if (token.length() > LONGEST) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST,
                    "The token has %d characters; %d are read here. Fewer roles or claims in it make it shorter."
                            .formatted(token.length(), LONGEST));
        }
        if (!COMPACT.matcher(token).matches()) {
            return Optional.empty();
        }
        try {
            // A token for another service costs no signature check and no JWKS request.
            policy.check(token);
            var claims = parser.parse(token, demands).getJwtClaims();
            var caller = callerOf(claims.getSubject());
            if (caller.isPresent()) {
                remember(token, caller.get(), claims.getExpirationTime());
            }
            return caller;
        } catch (InvalidJwtException e) {
            if (e.getErrorDetails().size() == 1 && e.hasErrorCode(ErrorCodes.ISSUER_INVALID)) {
                warnOfIssuer();
            }
            return Optional.empty();
        } catch (ParseException | MalformedClaimException e) {
            if (e.getCause() instanceof InvalidJwtException
                    && e.getCause().getCause() instanceof BrokerException away) {
                throw away;
            }
            return Optional.empty();
        }
    }

    /** If all else is right, the setting may be wrong, and then every caller is refused. Said once a minute. */
    private void warnOfIssuer() {
        var now = clock.instant();
        var last = warned.get();
        if (!last.contains(now) && warned.compareAndSet(last, Window.of(now, REMEMBERED))) {
            LOG.warnf(
                    "A token for this application was refused since its iss is not %s. If that happens to all, broker.fusionauth.issuer is wrong",
                    settings.issuer());
        }
    }

    /**
     * The user of this token, or empty if it is not acceptable, or a client's. May block on the JWKS.
     *
     * @throws BrokerException as {@link #verify}
     */
    public Optional<Caller.User> user(String token) {
        return remembered(token)
                .or(() -> verify(token))
                .filter(Caller.User.class::isInstance)
                .map(Caller.User.class::cast);
    }

    private static DefaultJWTTokenParser parserWith(VerificationKeyResolver keys) {
        return new DefaultJWTTokenParser() {
            @Override
            protected VerificationKeyResolver getVerificationKeyResolver(JWTAuthContextInfo unused) {
                return keys;
            }
        };
    }

    /** The parser asks the system for the time: it may be any, since our clock has been asked before. */
    private static JWTAuthContextInfo demands(FusionAuthSettings settings, TokenPolicy policy) {
        var demands = new JWTAuthContextInfo();
        demands.setIssuedBy(settings.issuer());
        demands.setExpectedAudience(policy.audiences());
        demands.setSignatureAlgorithm(ASYMMETRIC);
        // Refuses RSA keys that are too short.
        demands.setRelaxVerificationKeyValidation(false);
        demands.setClockSkew(Integer.MAX_VALUE);
        // FusionAuth may leave out iat.
        demands.setMaxTimeToLiveSecs(0L);
        // A groups claim of another form than MicroProfile's would fail; no groups are read.
        demands.setGroupsPath("unused");
        return demands;
    }

    private Optional<Caller> callerOf(String subject) {
        Optional<Caller> client = clients.bySubject(subject).map(Caller.class::cast);
        return client.or(() -> userId(subject).map(Caller.User::new));
    }

    private static Optional<UUID> userId(String subject) {
        try {
            return Optional.of(UUID.fromString(subject));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private void remember(String token, Caller caller, NumericDate expiration) {
        var now = clock.instant();
        var expires = Instant.ofEpochMilli(expiration.getValueInMillis());
        var soon = now.plus(REMEMBERED);
        verified.put(digest(token), new Verified(caller, new Window(now, expires.isBefore(soon) ? expires : soon)));
    }

    private static String digest(String token) {
        return Base64.getEncoder()
                .encodeToString(HashUtil.getMessageDigest(HashUtil.SHA_256).digest(token.getBytes(UTF_8)));
    }

    private record Verified(Caller caller, Window window) {}
}
