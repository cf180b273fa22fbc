package io.tokenbroker.sandbox.entra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@code scope} parameter, understood: OpenID Connect's scopes, and the resources with what is wanted of each. */
record ScopeRequest(Set<String> openId, List<ResourceRequest> resources) {

    /**
     * What is wanted of one resource.
     *
     * @param audience the resource as the caller wrote it, which is what the token will say
     */
    record ResourceRequest(String audience, Resource resource, Set<String> permissions) {

        static final String DEFAULT = ".default";

        ResourceRequest {
            permissions = Set.copyOf(permissions);
        }

        /** Everything that was consented to, whatever that is. */
        boolean wantsDefault() {
            return permissions.contains(DEFAULT);
        }

        /** What is asked and not yet granted; {@code .default} stands for all that the resource defines. */
        Set<String> missing(Set<String> granted) {
            if (wantsDefault()) {
                return granted.isEmpty() ? resource.permissions() : Set.of();
            }
            var missing = new LinkedHashSet<>(permissions);
            missing.removeAll(granted);
            return missing;
        }

        private void check() {
            for (var permission : permissions) {
                if (wantsDefault()
                        ? permissions.size() > 1
                        : !resource.permissions().contains(permission)) {
                    throw Refusal.of(70011, "The scope '%s' is not valid.".formatted(audience + "/" + permission));
                }
            }
        }
    }

    private static final Set<String> OPEN_ID = Set.of("openid", "profile", "email", "offline_access");
    private static final ResourceRequest GRAPH = new ResourceRequest(Resource.GRAPH.id(), Resource.GRAPH, Set.of());

    ScopeRequest {
        openId = Set.copyOf(openId);
        resources = List.copyOf(resources);
    }

    /** @throws Refusal for a blank scope, an unknown resource, an unknown permission, or {@code .default} mixed with others */
    static ScopeRequest parse(String scope) {
        if (scope.isBlank()) {
            throw Refusal.of(28003);
        }
        var openId = new LinkedHashSet<String>();
        var audiences = new LinkedHashMap<Resource, String>();
        var permissions = new LinkedHashMap<Resource, Set<String>>();
        for (var name : scope.trim().split("\\s+", -1)) {
            if (OPEN_ID.contains(name)) {
                openId.add(name);
                continue;
            }
            // The last slash ends the resource: an id that ends in a slash itself therefore doubles it.
            var slash = name.lastIndexOf('/');
            var audience = slash < 0 ? Resource.GRAPH.id() : name.substring(0, slash);
            var resource = Resource.find(audience).orElseThrow(() -> unknown(audience));
            audiences.putIfAbsent(resource, audience);
            permissions
                    .computeIfAbsent(resource, first -> new LinkedHashSet<>())
                    .add(name.substring(slash + 1));
        }
        return new ScopeRequest(openId, requests(audiences, permissions));
    }

    private static List<ResourceRequest> requests(
            Map<Resource, String> audiences, Map<Resource, Set<String>> permissions) {
        var requests = new ArrayList<ResourceRequest>();
        audiences.forEach((resource, audience) -> {
            var request = new ResourceRequest(audience, resource, permissions.getOrDefault(resource, Set.of()));
            request.check();
            requests.add(request);
        });
        return requests;
    }

    private static Refusal unknown(String audience) {
        return Refusal.of(500011, "The resource principal named %s was not found in the tenant.".formatted(audience));
    }

    /** The resource of a token for this scope. Nothing but OpenID Connect's scopes means Graph. */
    ResourceRequest first() {
        return resources.isEmpty() ? GRAPH : resources.getFirst();
    }

    /** The same, where naming a second resource is an error. */
    ResourceRequest only() {
        if (resources.size() > 1) {
            throw Refusal.of(28000);
        }
        return first();
    }

    /** The same for one resource, the first: what a grant means to a token request that names no scope. */
    ScopeRequest reduced() {
        return new ScopeRequest(openId, List.of(first()));
    }

    boolean asks(String openIdScope) {
        return openId.contains(openIdScope);
    }
}
