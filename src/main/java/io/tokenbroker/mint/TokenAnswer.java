package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.tokenbroker.seal.Secret;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/** The answer to a mint. It writes itself: by far the most frequent answer, and its longest part is written already. */
record TokenAnswer(String accountId, Minted minted, long expiresIn) {

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_CONTENT).build();

    static TokenAnswer of(String accountId, Minted minted, Instant now) {
        return new TokenAnswer(accountId, minted, minted.token().expiresIn(now));
    }

    /** What all answers with one token have in common: a token is handed out far more often than it changes. */
    static Beginning beginning(Secret accessToken, Instant expiresAt, Optional<String> scope) {
        var written = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(written)) {
            json.writeStartObject();
            json.writeFieldName("access_token");
            json.writeString(accessToken.json());
            json.writeStringField("token_type", "Bearer");
            json.writeStringField("expires_at", expiresAt.toString());
            json.writeStringField("scope", scope.orElse(null));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Beginning(written.toByteArray());
    }

    /** An account's id is ASCII and needs no escaping. */
    Buffer written() {
        var beginning = minted.token().answer().written;
        var rest = ",\"source\":\"" + minted.source().word + "\",\"account_id\":\"" + accountId + "\",\"expires_in\":"
                + expiresIn + "}";
        return Buffer.buffer(beginning.length + rest.length())
                .appendBytes(beginning)
                .appendBytes(rest.getBytes(US_ASCII));
    }

    @JsonValue
    @JsonRawValue
    String json() {
        return written().toString(UTF_8);
    }

    /** The first fields of an answer, which hold the token and so never print. */
    static final class Beginning {

        private final byte[] written;

        private Beginning(byte[] written) {
            this.written = written;
        }

        int length() {
            return written.length;
        }
    }
}
