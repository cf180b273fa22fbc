package io.tokenbroker.policy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client asks for, as far as its policy is concerned.
 *
 * @param provider whose account it is
 * @param user whose own token the client has shown
 * @param resource what the token is for; empty where a provider decides that itself, and before it is known
 * @param scopes what the tenant is to be asked for; none leaves it to the tenant
 */
public record Wish(UUID provider, Optional<UUID> user, String resource, List<String> scopes) {

    public Wish {
        scopes = List.copyOf(scopes);
    }

    /** As far as it is known before the account's provider is looked up. */
    public static Wish ofAccount(UUID provider, Optional<UUID> user) {
        return new Wish(provider, user, "", List.of());
    }
}
