package io.tokenbroker.policy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client asks for, as far as its policy looks at it.
 *
 * @param provider of the account
 * @param user that has been proved by a token of the user's own
 * @param resource what the token is for; empty where a provider decides that itself, and before it is known
 * @param scopes what the tenant is to be asked for; none leaves it to the tenant
 */
public record PolicyQuery(UUID provider, Optional<UUID> user, String resource, List<String> scopes) {

    public PolicyQuery {
        scopes = List.copyOf(scopes);
    }

    /** As far as it is known before the account's provider is looked up. */
    public static PolicyQuery ofAccount(UUID provider, Optional<UUID> user) {
        return new PolicyQuery(provider, user, "", List.of());
    }
}
