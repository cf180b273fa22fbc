package io.tokenbroker.managedidentity;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.mint.AccessToken;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The answer, as all the SDKs can read it: everything is text, and {@code expires_in} comes before {@code expires_on}, for
 * one of them keeps the last of both.
 */
@Schema(name = "ManagedIdentityToken", description = "As App Service answers. Every member is text.")
record TokenResponse(
        @Schema(
                implementation = String.class,
                description = "The access token; opaque to its holder.",
                examples = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..")
        Secret accessToken,

        @Schema(description = "The account's id.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
        String clientId,

        @Schema(description = "For how many seconds it is valid from now.", examples = "3599")
        String expiresIn,

        @Schema(
                description =
                        "Until when it is valid: in seconds since 1970, or with api-version 2017-09-01 as MM/dd/yyyy HH:mm:ss +00:00.",
                examples = "1773162949")
        String expiresOn,

        @Schema(description = "The resource as it was asked for.", examples = "https://management.azure.com")
        String resource,

        @Schema(description = "Always Bearer.", enumeration = "Bearer", examples = "Bearer")
        String tokenType)
        implements JsonSerializable {

    static TokenResponse of(TokenQuery query, AccessToken token, Instant now) {
        return new TokenResponse(
                token.value(),
                query.account(),
                String.valueOf(token.expiresIn(now)),
                query.version().expiresOn(token.expiresAt()),
                query.resource(),
                "Bearer");
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeStartObject();
        json.writeFieldName("access_token");
        json.writeString(accessToken.json());
        json.writeStringField("client_id", clientId);
        json.writeStringField("expires_in", expiresIn);
        json.writeStringField("expires_on", expiresOn);
        json.writeStringField("resource", resource);
        json.writeStringField("token_type", tokenType);
        json.writeEndObject();
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider serializers, TypeSerializer type)
            throws IOException {
        serialize(json, serializers);
    }
}
