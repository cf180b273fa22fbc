package io.tokenbroker.sandbox.fusionauth;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key of the API.
 *
 * @param tenantId the only tenant it may see; none for a global key
 * @param permissions methods by endpoint; empty means everything
 */
public record ApiKey(String key, @Nullable UUID tenantId, Map<String, Set<String>> permissions) {

    public ApiKey {
        permissions = Map.copyOf(permissions);
    }

    boolean allows(String endpoint, String method) {
        return permissions.isEmpty()
                || permissions.getOrDefault(endpoint, Set.of()).contains(method);
    }

    @Override
    public String toString() {
        return "ApiKey[tenant " + tenantId + ", " + permissions + "]";
    }
}
