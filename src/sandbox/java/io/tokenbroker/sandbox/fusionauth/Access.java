package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** Keys and tenants: who calls, and in which tenant. */
final class Access {

    /** A request whose key allows it. Each tenant is absent unless the key or the header names one. */
    record Caller(@Nullable UUID keyTenant, @Nullable UUID headerTenant) {

        boolean isTenantScoped() {
            return keyTenant != null;
        }

        Optional<UUID> namedTenant() {
            return Optional.ofNullable(keyTenant != null ? keyTenant : headerTenant);
        }
    }

    private final Map<String, ApiKey> keys = new ConcurrentHashMap<>();
    private final Set<UUID> tenants = new ConcurrentSkipListSet<>();

    void add(ApiKey key) {
        Secrets.note(key.key());
        keys.put(key.key(), key);
    }

    List<ApiKey> keys() {
        return List.copyOf(keys.values());
    }

    void remove(String key) {
        keys.remove(key);
    }

    void addTenant(UUID tenant) {
        tenants.add(tenant);
    }

    Set<UUID> tenants() {
        return Set.copyOf(tenants);
    }

    /** Refuses with an empty 401 both a key that is not one and a key that lacks the permission. */
    Caller authorize(Request request, String endpoint) {
        var key = request.header("authorization").map(keys::get).orElse(null);
        if (key == null || !key.allows(endpoint, request.method())) {
            throw new Refusal(Reply.empty(401));
        }
        var header = headerTenant(request).orElse(null);
        if (key.tenantId() != null && header != null && !key.tenantId().equals(header)) {
            throw new Refusal(Reply.empty(401));
        }
        return new Caller(key.tenantId(), header);
    }

    /** The caller of an endpoint that needs no key. */
    Caller anonymous(Request request) {
        return new Caller(null, headerTenant(request).orElse(null));
    }

    /** The tenant a request means: the key's, the header's, the user's, or the only one. */
    UUID tenant(Caller caller, Optional<User> user) {
        return caller.namedTenant()
                .or(() -> user.map(User::tenantId))
                .or(this::onlyTenant)
                .orElseThrow(() -> new Refusal(Errors.general(400, "[TenantIdRequired]")));
    }

    private Optional<UUID> onlyTenant() {
        return tenants.size() == 1 ? tenants.stream().findFirst() : Optional.empty();
    }

    private Optional<UUID> headerTenant(Request request) {
        var header = request.header("x-fusionauth-tenantid");
        if (header.isEmpty()) {
            return Optional.empty();
        }
        var tenant = header.flatMap(Json::uuid).filter(tenants::contains);
        if (tenant.isEmpty()) {
            throw new Refusal(Errors.general(400, "[InvalidTenantId]"));
        }
        return tenant;
    }
}
