package io.tokenbroker.start;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tokenbroker.seal.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import org.jose4j.lang.HashUtil;

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
        var digest = HashUtil.getMessageDigest(HashUtil.SHA_256)
                .digest(value.reveal().getBytes(US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }
}
