package io.tokenbroker.seal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;

/** Writes a secret as plain text. Only fields of answers that name this serializer get it. */
public final class RevealedSecret extends JsonSerializer<Secret> {

    @Override
    public void serialize(Secret secret, JsonGenerator json, SerializerProvider unused) throws IOException {
        json.writeString(secret.json());
    }
}
