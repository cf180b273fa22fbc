package io.tokenbroker.mint;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to a mint. It writes itself: by far the most frequent answer, and its longest part is encoded already. */
@Schema(name = "Token")
record TokenAnswer(
        @Schema(
                implementation = String.class,
                description = "The access token; opaque to its holder.",
                examples = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..")
        Secret accessToken,

        @Schema(description = "Always Bearer.", enumeration = "Bearer", examples = "Bearer")
        String tokenType,

        @Schema(description = "For how many seconds it is valid from now.", examples = "3599")
        long expiresIn,

        @Schema(
                implementation = Instant.class,
                description = "Until when it is valid.",
                examples = "2026-03-10T17:15:49Z")
        String expiresAt,

        @Schema(
                description =
                        "What the tenant granted, in its own words; often more or otherwise worded than what was asked. Null where it did not say.",
                examples = "https://management.azure.com/user_impersonation https://management.azure.com/.default")
        @Nullable
        String scope,

        @Schema(description = "The account.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
        String accountId,

        @Schema(
                description =
                        "cache; refresh: the tenant was asked; stale: it cannot be reached, and this token is valid but shorter than asked.",
                enumeration = {"cache", "refresh", "stale"},
                examples = "cache")
        String source)
        implements JsonSerializable {

    static TokenAnswer of(String accountId, Minted minted, Instant now) {
        var token = minted.token();
        return new TokenAnswer(
                token.value(),
                "Bearer",
                Math.max(0, token.remaining(now).toSeconds()),
                token.expiry().text(),
                token.scope().orElse(null),
                accountId,
                minted.source().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeStartObject();
        json.writeFieldName("access_token");
        json.writeString(accessToken.json());
        json.writeStringField("token_type", tokenType);
        json.writeNumberField("expires_in", expiresIn);
        json.writeStringField("expires_at", expiresAt);
        json.writeStringField("scope", scope);
        json.writeStringField("account_id", accountId);
        json.writeStringField("source", source);
        json.writeEndObject();
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider serializers, TypeSerializer type)
            throws IOException {
        serialize(json, serializers);
    }
}
