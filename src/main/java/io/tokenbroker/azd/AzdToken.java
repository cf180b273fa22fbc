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
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A token, as azd reads it. */
@Schema(name = "AzdToken", description = "A token, as azd reads it.")
record AzdToken(
        @Schema(description = "Always success.", enumeration = SUCCESS, examples = SUCCESS)
        String status,

        @Schema(
                implementation = String.class,
                description = "The access token; opaque to its holder.",
                examples = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..")
        Secret token,

        @Schema(description = "Until when it is valid.", examples = "2026-03-10T17:15:49Z") @JsonProperty("expiresOn")
        Instant expiresOn)
        implements JsonSerializable {

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
