package io.tokenbroker.sandbox.entra;

import java.time.Instant;
import java.util.Map;

/**
 * One request at the token endpoint, as it came: headers (lower-case names) and form hold their secrets.
 *
 * @param tenant GUID of the tenant that would issue, or the segment if that is none
 * @param user whose grant was shown; empty when it is unknown
 * @param resource of the token wanted; empty when it is unknown
 */
public record TokenRequest(
        Instant at,
        String tenant,
        String grant,
        String user,
        String resource,
        Map<String, String> headers,
        Map<String, String> form) {

    public TokenRequest {
        headers = Map.copyOf(headers);
        form = Map.copyOf(form);
    }
}
