package io.tokenbroker.sandbox.fusionauth;

import org.jspecify.annotations.Nullable;

/**
 * What the provider said about who signed in.
 *
 * @param emailVerified false only if the provider said so
 * @param token what goes on the link
 */
record UpstreamIdentity(
        String id,
        @Nullable String displayName,
        @Nullable String email,
        @Nullable String username,
        boolean emailVerified,
        @Nullable String token) {

    UpstreamIdentity withoutToken() {
        return new UpstreamIdentity(id, displayName, email, username, emailVerified, null);
    }

    @Override
    public String toString() {
        return "UpstreamIdentity[" + id + "]";
    }
}
