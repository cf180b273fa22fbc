package io.tokenbroker.managedidentity;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import java.time.Instant;

/**
 * The answer, as all the SDKs can read it: everything is text, and {@code expires_in} comes before {@code expires_on}, for
 * one of them keeps the last of both.
 */
record TokenResponse(
        @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
        String clientId,
        String expiresIn,
        String expiresOn,
        String resource,
        String tokenType) {

    static TokenResponse of(TokenQuery query, AccessToken token, Instant now) {
        return new TokenResponse(
                token.value(),
                query.account(),
                String.valueOf(token.expiresIn(now)),
                query.version().expiresOn(token.expiresAt()),
                query.resource(),
                "Bearer");
    }
}
