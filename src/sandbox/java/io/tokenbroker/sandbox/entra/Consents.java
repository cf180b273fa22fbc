package io.tokenbroker.sandbox.entra;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Which permissions the app may use for whom. OpenID Connect's own scopes need no consent here. */
public final class Consents {

    /** One permission granted. */
    public record Consent(String user, String resource, String permission) {

        public Consent {
            user = user.toLowerCase(Locale.ROOT);
        }
    }

    private final Set<Consent> granted = ConcurrentHashMap.newKeySet();

    /** Grants permissions of a resource; none named means all of them. */
    public void grant(String email, String resource, String... permissions) {
        var api = known(resource);
        grant(email, api, permissions.length == 0 ? api.permissions() : Set.of(permissions));
    }

    /** Withdraws everything granted on a resource. */
    public void withdraw(String email, String resource) {
        var id = known(resource).id();
        granted.removeIf(consent ->
                consent.user().equalsIgnoreCase(email) && consent.resource().equals(id));
    }

    /** All of them, in a stable order. */
    public List<Consent> all() {
        return granted.stream()
                .sorted(Comparator.comparing(Consent::user)
                        .thenComparing(Consent::resource)
                        .thenComparing(Consent::permission))
                .toList();
    }

    void grantUsual(String email) {
        grant(email, Resource.GRAPH, Set.of("User.Read"));
        grant(email, Resource.RESOURCE_MANAGER, Resource.RESOURCE_MANAGER.permissions());
        grant(email, Resource.ORDERS, Set.of("orders.read"));
    }

    void grant(String email, Resource resource, Collection<String> permissions) {
        for (var permission : permissions) {
            granted.add(new Consent(email, resource.id(), permission));
        }
    }

    /** What a person has granted on a resource, in a stable order. */
    Set<String> granted(String email, Resource resource) {
        return resource.permissions().stream()
                .filter(permission -> granted.contains(new Consent(email, resource.id(), permission)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    void reset() {
        granted.clear();
    }

    private static Resource known(String resource) {
        return Resource.find(resource).orElseThrow(() -> new NoSuchElementException("No resource " + resource));
    }
}
