package io.tokenbroker.start;

import io.tokenbroker.seal.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** RFC 7636: a secret, and its S256 challenge. */
record CodeVerifier(Secret value) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** 256 random bits, as §4.1 recommends. */
    static CodeVerifier random() {
        var bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return new CodeVerifier(
                Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)));
    }

    String challenge() {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256").digest(value.reveal().getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
