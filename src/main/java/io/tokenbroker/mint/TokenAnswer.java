package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answer to a mint. */
record TokenAnswer(
        @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
        String tokenType,
        long expiresIn,
        String expiresAt,
        @Nullable String scope,
        String accountId,
        String source) {

    private static final String BEARER = "Bearer";

    static TokenAnswer of(String accountId, Minted minted, Instant now) {
        var token = minted.token();
        return new TokenAnswer(
                token.value(),
                BEARER,
                token.expiresIn(now),
                token.expiry().text(),
                token.scope().orElse(null),
                accountId,
                word(minted.source()));
    }

    private static void writeToken(JsonGenerator json, Secret accessToken) throws IOException {
        json.writeFieldName("access_token");
        json.writeString(accessToken.json());
    }

    private static String word(Source source) {
        return source.name().toLowerCase(Locale.ROOT);
    }

    /**
     * What all answers from the cache with one token have in common, written once: a token is handed out far more often
     * than it changes.
     */
    static final class Beginning {

        private static final JsonFactory JSON = JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
                .build();

        private final byte[] written;

        private Beginning(byte[] written) {
            this.written = written;
        }

        static Beginning of(Secret accessToken, String expiresAt, Optional<String> scope) {
            var written = new ByteArrayOutputStream();
            try (var json = JSON.createGenerator(written)) {
                json.writeStartObject();
                writeToken(json, accessToken);
                json.writeStringField("token_type", BEARER);
                json.writeStringField("expires_at", expiresAt);
                json.writeStringField("scope", scope.orElse(null));
                json.writeStringField("source", word(Source.CACHE));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return new Beginning(written.toByteArray());
        }

        /** The whole answer. An account's id is ASCII and needs no escaping. */
        Buffer completed(String accountId, long expiresIn) {
            var rest = ",\"account_id\":\"" + accountId + "\",\"expires_in\":" + expiresIn + "}";
            return Buffer.buffer(written.length + rest.length())
                    .appendBytes(written)
                    .appendBytes(rest.getBytes(US_ASCII));
        }
    }
}
