package io.tokenbroker.sandbox.entra;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One authorization code.
 *
 * @param authority where it was acquired, and so the only place to redeem it
 * @param challenge empty when the request carried none
 * @param nonce empty when the request carried none
 */
record AuthorizationCode(
        Grant grant,
        Authority authority,
        String redirectUri,
        String challenge,
        String challengeMethod,
        String nonce,
        Instant issued,
        AtomicBoolean redeemed) {

    static final Duration LIFE = Duration.ofMinutes(10);

    boolean usableAt(Instant now) {
        return now.isBefore(issued.plus(LIFE));
    }

    boolean isProvenBy(String verifier) {
        var derived = challengeMethod.equals("S256") ? sha256(verifier) : verifier;
        return derived.equals(challenge);
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
