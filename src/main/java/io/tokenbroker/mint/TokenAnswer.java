package io.tokenbroker.mint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.tokenbroker.token.Minted;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;

/** The answer to a mint. It writes itself: by far the most frequent answer, and its longest part is written already. */
record TokenAnswer(String accountId, Minted minted, long expiresIn) {

    static TokenAnswer of(String accountId, Minted minted, Instant now) {
        return new TokenAnswer(accountId, minted, minted.token().expiresIn(now));
    }

    /** An account's id is ASCII and needs no escaping. */
    Buffer written() {
        var beginning = minted.token().answer().bytes();
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
}
