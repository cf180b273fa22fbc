package io.tokenbroker.sandbox.entra;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;

/** Writes and reads the JWTs: access tokens for resources and id_tokens for the app. */
final class AccessTokens {

    /** An access token that was presented and is good. */
    record Presented(
            String user,
            String tenant,
            String objectId,
            String audience,
            String clientId,
            Set<String> permissions,
            List<String> authenticationContexts,
            boolean secondFactor) {

        boolean isFor(Resource resource) {
            return Resource.find(audience).filter(resource::equals).isPresent();
        }
    }

    /** Who is told about, to whom, and by which tenant. */
    record Subject(User user, Tenant tenant, String clientId) {

        String objectId() {
            return user.objectId(tenant).orElseThrow();
        }
    }

    private final SigningKey key;
    private final Clock clock;
    private final String base;

    AccessTokens(SigningKey key, Clock clock, String base) {
        this.key = key;
        this.clock = clock;
        this.base = base;
    }

    /**
     * @param contexts authentication contexts that a claims challenge asked for
     * @param secondFactor whether the person proved who they are by a second factor, too
     */
    String accessToken(
            Subject subject,
            String audience,
            Set<String> permissions,
            Duration life,
            List<String> contexts,
            boolean secondFactor) {
        var claims = claims(subject, audience, life);
        claims.setStringClaim("scp", String.join(" ", permissions));
        claims.setStringClaim("appid", subject.clientId());
        claims.setStringClaim("azp", subject.clientId());
        claims.setStringClaim("upn", subject.user().email());
        claims.setStringListClaim("amr", secondFactor ? List.of("pwd", "mfa") : List.of("pwd"));
        if (!contexts.isEmpty()) {
            claims.setStringListClaim("acrs", contexts);
        }
        return key.sign(claims);
    }

    /** @param nonce empty when the sign-in had none */
    String idToken(Subject subject, String nonce, Duration life) {
        var user = subject.user();
        var claims = claims(subject, subject.clientId(), life);
        claims.setStringClaim("email", user.email());
        claims.setStringClaim("rh", "1.");
        if (!nonce.isEmpty()) {
            claims.setStringClaim("nonce", nonce);
        }
        if (!user.home().equals(subject.tenant())) {
            claims.setStringClaim(
                    "idp", "https://sts.windows.net/" + user.home().id() + "/");
        }
        return key.sign(claims);
    }

    private JwtClaims claims(Subject subject, String audience, Duration life) {
        var now = clock.instant();
        var claims = new JwtClaims();
        claims.setIssuer(base + "/" + subject.tenant().id() + "/v2.0");
        claims.setAudience(audience);
        claims.setSubject(pairwise(audience, subject.tenant().id(), subject.objectId()));
        claims.setStringClaim("tid", subject.tenant().id());
        claims.setStringClaim("oid", subject.objectId());
        claims.setStringClaim("name", subject.user().name());
        claims.setStringClaim("preferred_username", subject.user().email());
        claims.setStringClaim("ver", "2.0");
        claims.setStringClaim(
                "uti", UUID.randomUUID().toString().replace("-", "").substring(0, 22));
        claims.setIssuedAt(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setNotBefore(NumericDate.fromSeconds(now.getEpochSecond()));
        claims.setExpirationTime(NumericDate.fromSeconds(now.plus(life).getEpochSecond()));
        return claims;
    }

    /** The access token of an {@code Authorization} header, if it is signed by us and not expired. */
    Optional<Presented> present(String authorization) {
        if (!authorization.startsWith("Bearer ")) {
            return Optional.empty();
        }
        return key.verify(authorization.substring("Bearer ".length()))
                .filter(claims -> claims.hasClaim("scp"))
                .filter(this::isCurrent)
                .map(claims -> new Presented(
                        text(claims, "upn"),
                        text(claims, "tid"),
                        text(claims, "oid"),
                        text(claims, "aud"),
                        text(claims, "appid"),
                        Set.of(text(claims, "scp").split(" ", -1)),
                        list(claims, "acrs"),
                        list(claims, "amr").contains("mfa")));
    }

    /** What a JWT says, whether or not it is still good; nothing if we did not sign it. */
    Optional<Introspection> introspect(String token) {
        return key.verify(token)
                .map(claims -> new Introspection(
                        isCurrent(claims),
                        claims.hasClaim("scp") ? "access_token" : "id_token",
                        text(claims, "preferred_username"),
                        text(claims, "tid"),
                        text(claims, "aud"),
                        text(claims, "scp"),
                        second(claims, "iat"),
                        second(claims, "exp"),
                        0));
    }

    /** A subject that only one audience sees: two apps cannot compare their users by it. */
    static String pairwise(String audience, String tenant, String objectId) {
        var seed = audience + "|" + tenant + "|" + objectId;
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private boolean isCurrent(JwtClaims claims) {
        return clock.instant().isBefore(second(claims, "exp"));
    }

    private static String text(JwtClaims claims, String name) {
        var value = claims.getClaimValue(name);
        return value == null ? "" : value.toString();
    }

    private static List<String> list(JwtClaims claims, String name) {
        return claims.getClaimValue(name) instanceof List<?> values
                ? values.stream().map(Object::toString).toList()
                : List.of();
    }

    private static Instant second(JwtClaims claims, String name) {
        return claims.getClaimValue(name) instanceof Number seconds
                ? Instant.ofEpochSecond(seconds.longValue())
                : Instant.EPOCH;
    }
}
