package io.tokenbroker.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.mint.Minted;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to an exchange (RFC 8693 §2.2.1). A refresh token is never in it. */
@Schema(name = "ExchangedToken")
record ExchangeAnswer(
        @Schema(
                implementation = String.class,
                description = "The access token; opaque to its holder.",
                examples = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..")
        Secret accessToken,

        @Schema(description = "Always that of an access token.", examples = ExchangeRequest.ACCESS_TOKEN)
        String issuedTokenType,

        @Schema(description = "Always Bearer.", enumeration = "Bearer", examples = "Bearer")
        String tokenType,

        @Schema(description = "For how many seconds it is valid from now.", examples = "3599")
        long expiresIn,

        @Schema(
                description = "What the tenant granted, in its own words. Left out where it did not say.",
                examples = "https://management.azure.com/user_impersonation https://management.azure.com/.default")
        @Nullable
        String scope,

        @Schema(description = "The account.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
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
