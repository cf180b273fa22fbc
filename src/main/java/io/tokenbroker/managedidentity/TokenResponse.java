package io.tokenbroker.managedidentity;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.mint.AccessToken;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;

/**
 * The answer, as all the SDKs can read it: everything is text, and {@code expires_in} comes before {@code expires_on}, for
 * one of them keeps the last of both.
 */
record TokenResponse(
        Secret accessToken, String clientId, String expiresIn, String expiresOn, String resource, String tokenType)
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
