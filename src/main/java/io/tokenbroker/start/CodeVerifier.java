package io.tokenbroker.start;

import io.tokenbroker.seal.Secret;
import java.nio.charset.StandardCharsets;
import org.jose4j.base64url.Base64Url;
import org.jose4j.lang.ByteUtil;
import org.jose4j.lang.HashUtil;

/** RFC 7636: a secret of 256 random bits, as §4.1 recommends, and its S256 challenge. */
record CodeVerifier(Secret value) {

    static CodeVerifier random() {
        return new CodeVerifier(Secret.of(Base64Url.encode(ByteUtil.randomBytes(32))));
    }

    String challenge() {
        var sha256 = HashUtil.getMessageDigest(HashUtil.SHA_256);
        return Base64Url.encode(sha256.digest(value.reveal().getBytes(StandardCharsets.US_ASCII)));
    }
}
