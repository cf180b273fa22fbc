package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An identity at a provider that belongs to a user.
 *
 * @param token what the provider gave out for later: a refresh token, if there is one
 * @param lastLoginInstant absent until the first login by this link
 */
public record Link(
        UUID tenantId,
        UUID identityProviderId,
        String identityProviderUserId,
        UUID userId,
        @Nullable String displayName,
        @Nullable String token,
        Instant insertInstant,
        @Nullable Instant lastLoginInstant) {

    /** A login by this link: the name is always replaced. */
    public Link loggedIn(@Nullable String newDisplayName, @Nullable String newToken, Instant now) {
        return new Link(
                tenantId,
                identityProviderId,
                identityProviderUserId,
                userId,
                newDisplayName,
                newToken,
                insertInstant,
                now);
    }

    public Link withToken(@Nullable String newToken) {
        return new Link(
                tenantId,
                identityProviderId,
                identityProviderUserId,
                userId,
                displayName,
                newToken,
                insertInstant,
                lastLoginInstant);
    }

    /** As the Link API shows it. {@code provider} names and types the link; it may be gone. */
    ObjectNode json(@Nullable IdentityProvider provider) {
        var json = Json.object();
        if (displayName != null) {
            json.put("displayName", displayName);
        }
        json.put("identityProviderId", identityProviderId.toString());
        if (provider != null) {
            json.put("identityProviderName", provider.name());
            json.put("identityProviderType", provider.type());
        }
        json.put("identityProviderUserId", identityProviderUserId);
        json.put("insertInstant", insertInstant.toEpochMilli());
        if (lastLoginInstant != null) {
            json.put("lastLoginInstant", lastLoginInstant.toEpochMilli());
        }
        json.put("tenantId", tenantId.toString());
        if (token != null) {
            json.put("token", token);
        }
        return json.put("userId", userId.toString());
    }

    @Override
    public String toString() {
        return "Link[" + identityProviderId + ", " + identityProviderUserId + ", user " + userId + "]";
    }
}
