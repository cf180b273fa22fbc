package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The identity providers. */
final class IdentityProviders {

    private final Map<UUID, IdentityProvider> providers = new ConcurrentHashMap<>();

    IdentityProvider put(IdentityProvider provider) {
        noteSecrets(provider.json());
        providers.put(provider.id(), provider);
        return provider;
    }

    Optional<IdentityProvider> find(UUID id) {
        return Optional.ofNullable(providers.get(id));
    }

    Optional<IdentityProvider> remove(UUID id) {
        return Optional.ofNullable(providers.remove(id));
    }

    /** By name, as FusionAuth's own list is. */
    List<IdentityProvider> all() {
        return providers.values().stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
    }

    private static void noteSecrets(JsonNode json) {
        json.findValuesAsText("client_secret").forEach(Secrets::note);
    }
}
