package io.tokenbroker.exchange;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.tokenbroker.seal.RevealedSecret;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.token.Minted;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answer to an exchange (RFC 8693 §2.2.1). A refresh token is never in it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ExchangeAnswer(
        @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
        String issuedTokenType,
        String tokenType,
        long expiresIn,
        @Nullable String scope,
        String accountId) {

    static ExchangeAnswer of(String accountId, Minted minted, Instant now) {
        var token = minted.token();
        return new ExchangeAnswer(
                token.value(),
                ExchangeRequest.ACCESS_TOKEN,
                "Bearer",
                token.expiresIn(now),
                token.scope().orElse(null),
                accountId);
    }
}
