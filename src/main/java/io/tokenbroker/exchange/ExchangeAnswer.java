package io.tokenbroker.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.mint.Minted;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The answer to an exchange (RFC 8693 §2.2.1). A refresh token is never in it. */
record ExchangeAnswer(
        Secret accessToken,
        String issuedTokenType,
        String tokenType,
        long expiresIn,
        @Nullable String scope,
        String accountId)
        implements JsonSerializable {

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

    @Override
    public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeStartObject();
        json.writeFieldName("access_token");
        json.writeString(accessToken.json());
        json.writeStringField("issued_token_type", issuedTokenType);
        json.writeStringField("token_type", tokenType);
        json.writeNumberField("expires_in", expiresIn);
        if (scope != null) {
            json.writeStringField("scope", scope);
        }
        json.writeStringField("account_id", accountId);
        json.writeEndObject();
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider serializers, TypeSerializer type)
            throws IOException {
        serialize(json, serializers);
    }
}
