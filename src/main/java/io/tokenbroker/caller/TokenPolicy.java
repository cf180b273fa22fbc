package io.tokenbroker.caller;

import io.tokenbroker.settings.FusionAuthSettings;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodeValidator.Error;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwt.consumer.JwtContext;
import org.jspecify.annotations.Nullable;

/**
 * What a caller's token must say: of the configured {@code iss} and tenant, for the application, and not expired. An
 * id_token or another service's token is refused.
 */
final class TokenPolicy {

    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final List<String> DATES = List.of("exp", "nbf", "iat");

    /** A later one is no date, and more seconds overflow. */
    private static final long LAST_DATE = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final FusionAuthSettings settings;
    private final Clock clock;

    TokenPolicy(FusionAuthSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** One of them must be in {@code aud}. Further ones are those of tokens that were asked for with a {@code resource} (RFC 8707). */
    Set<String> audiences() {
        var audiences = new LinkedHashSet<String>();
        audiences.add(settings.applicationId().toString());
        settings.acceptedAudiences().ifPresent(audiences::addAll);
        return audiences;
    }

    /** Checks everything but the signature. */
    void check(String token) throws InvalidJwtException {
        new JwtConsumerBuilder()
                .setSkipSignatureVerification()
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                .setRequireExpirationTime()
                .setRequireSubject()
                .setExpectedIssuer(true, settings.issuer())
                .setExpectedAudience(true, audiences().toArray(String[]::new))
                .registerValidator(this::fault)
                .build()
                .processToClaims(token);
    }

    private @Nullable Error fault(JwtContext token) {
        var claims = token.getJwtClaims();
        var isOurs = settings.applicationId().toString().equals(claims.getClaimValue("applicationId"))
                && (!claims.hasClaim("tid") || settings.tenantId().toString().equals(claims.getClaimValue("tid")))
                && DATES.stream().allMatch(name -> isDate(claims, name));
        return isOurs ? null : new Error(ErrorCodes.MISCELLANEOUS, "not for this application, or malformed");
    }

    /** RFC 7519 §2 lets it have a fraction; one that is left out is no fault. */
    private static boolean isDate(JwtClaims claims, String name) {
        return !claims.hasClaim(name)
                || (claims.getClaimValue(name) instanceof Number date
                        && date.doubleValue() >= 0
                        && date.doubleValue() <= LAST_DATE);
    }
}
