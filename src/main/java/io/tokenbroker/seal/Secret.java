package io.tokenbroker.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jose4j.lang.HashUtil;

/**
 * A token, key, code or verifier. It prints as {@code ***} and no serializer but {@link RevealedSecret} can read it; only
 * that, {@link #reveal} and {@link #json} give it away, which few classes may use.
 */
public final class Secret {

    private final SerializedString value;

    private Secret(String value) {
        this.value = new SerializedString(value);
    }

    public static Secret of(String value) {
        return new Secret(value);
    }

    /** The value itself, for the wire and nothing else. */
    public String reveal() {
        return value.getValue();
    }

    /** The value as a JSON string, encoded once however often it is written. */
    public SerializableString json() {
        return value;
    }

    /** In characters. */
    public int length() {
        return value.charLength();
    }

    /** Whether this is the SHA-256 of the value. */
    public boolean hasSha256(byte[] digest) {
        return MessageDigest.isEqual(digest, sha256());
    }

    /** The SHA-256 of the value, in hex. */
    public String sha256Hex() {
        return HexFormat.of().formatHex(sha256());
    }

    /** The SHA-256 of this value and then the other, in hex. */
    public String sha256With(Secret other) {
        return Secret.of(reveal() + other.reveal()).sha256Hex();
    }

    private byte[] sha256() {
        return HashUtil.getMessageDigest(HashUtil.SHA_256)
                .digest(value.getValue().getBytes(UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }

    /** Writes a secret as plain text. Only fields of answers that name this serializer get it. */
    public static final class RevealedSecret extends JsonSerializer<Secret> {

        @Override
        public void serialize(Secret secret, JsonGenerator json, SerializerProvider unused) throws IOException {
            json.writeString(secret.json());
        }
    }
}
