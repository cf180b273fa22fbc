package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.IssuedSecrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Authorization codes, which work once, and refresh tokens, which may be used again. */
final class FusionAuthGrants {

    /** Who signed in, and what was asked for. */
    record Grant(
            UUID userId,
            String redirectUri,
            String scope,
            Optional<String> challenge,
            Optional<String> nonce,
            Instant authTime,
            Instant expiresAt) {}

    static final Duration CODE_LIFETIME = Duration.ofSeconds(30);
    private static final Duration REFRESH_LIFETIME = Duration.ofDays(30);

    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, Grant> refreshTokens = new ConcurrentHashMap<>();
    private final Clock clock;

    FusionAuthGrants(Clock clock) {
        this.clock = clock;
    }

    String code(Grant grant) {
        var code = IssuedSecrets.fresh("");
        codes.put(code, grant);
        return code;
    }

    Optional<Grant> redeem(String code) {
        return Optional.ofNullable(codes.remove(code)).filter(this::alive);
    }

    String refreshToken(Grant grant) {
        var token = IssuedSecrets.fresh("");
        refreshTokens.put(
                token,
                new Grant(
                        grant.userId(),
                        grant.redirectUri(),
                        grant.scope(),
                        Optional.empty(),
                        grant.nonce(),
                        grant.authTime(),
                        clock.instant().plus(REFRESH_LIFETIME)));
        return token;
    }

    Optional<Grant> byRefreshToken(String token) {
        return Optional.ofNullable(refreshTokens.get(token)).filter(this::alive);
    }

    void clear() {
        codes.clear();
        refreshTokens.clear();
    }

    private boolean alive(Grant grant) {
        return clock.instant().isBefore(grant.expiresAt());
    }
}
