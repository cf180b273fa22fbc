package io.tokenbroker.sandbox.entra;

import java.time.Instant;

/**
 * What a token is.
 *
 * @param active whether it is good for anything now; all else is empty when the token is unknown
 * @param kind {@code access_token}, {@code id_token}, {@code refresh_token}, or {@code unknown}
 * @param user e-mail address
 * @param tenant GUID; empty for a refresh token, which has none
 * @param audience the resource, or the app for an id_token
 * @param scope granted permissions of an access token, scopes of the sign-in of a refresh token
 * @param uses how often a refresh token bought tokens
 */
public record Introspection(
        boolean active,
        String kind,
        String user,
        String tenant,
        String audience,
        String scope,
        Instant issued,
        Instant expires,
        int uses) {

    static final Introspection UNKNOWN =
            new Introspection(false, "unknown", "", "", "", "", Instant.EPOCH, Instant.EPOCH, 0);
}
