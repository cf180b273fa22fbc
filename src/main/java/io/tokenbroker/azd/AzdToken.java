package io.tokenbroker.azd;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import io.tokenbroker.mint.AccessToken;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.time.Instant;

/** A token, as azd reads it. */
record AzdToken(
        String status,
        Secret token,
        @JsonProperty("expiresOn") Instant expiresOn) implements JsonSerializable {

    private static final String SUCCESS = "success";

    static AzdToken of(AccessToken token) {
        return new AzdToken(SUCCESS, token.value(), token.expiresAt());
    }

    @Override
    public void serialize(JsonGenerator json, SerializerProvider serializers) throws IOException {
        json.writeStartObject();
        json.writeStringField("status", status);
        json.writeFieldName("token");
        json.writeString(token.json());
        json.writeStringField("expiresOn", expiresOn.toString());
        json.writeEndObject();
    }

    @Override
    public void serializeWithType(JsonGenerator json, SerializerProvider serializers, TypeSerializer type)
            throws IOException {
        serialize(json, serializers);
    }
}
