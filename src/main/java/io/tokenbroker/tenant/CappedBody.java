package io.tokenbroker.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;

/** Reads an answer's body as JSON and never more than 1 MiB of it; what is longer or no JSON is a missing node. */
final class CappedBody {

    private static final int MAX_BYTES = 1 << 20;

    /** An upstream's JSON, tolerantly: unlike the contract's own. */
    private static final ObjectMapper JSON = new ObjectMapper();

    private CappedBody() {}

    static JsonNode read(Response response) throws IOException {
        try (var body = response.readEntity(InputStream.class)) {
            if (body == null) {
                return MissingNode.getInstance();
            }
            var bytes = body.readNBytes(MAX_BYTES + 1);
            return bytes.length > MAX_BYTES ? MissingNode.getInstance() : JSON.readTree(bytes);
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }
}
