package io.tokenbroker.sandbox.entra;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An API that tokens can be for.
 *
 * @param id the application id URI it is known by here
 * @param aliases other names of the same API, which are as good as an audience
 * @param permissions what it defines
 */
record Resource(String id, Set<String> aliases, Set<String> permissions) {

    static final Resource GRAPH = new Resource(
            "https://graph.microsoft.com",
            Set.of("00000003-0000-0000-c000-000000000000"),
            Set.of("User.Read", "User.ReadBasic.All", "Mail.Read", "Files.Read", "Calendars.Read"));
    static final Resource RESOURCE_MANAGER = new Resource(
            "https://management.azure.com",
            Set.of("https://management.core.windows.net", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
            Set.of("user_impersonation"));
    static final Resource KEY_VAULT = new Resource(
            "https://vault.azure.net", Set.of("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"), Set.of("user_impersonation"));
    static final Resource ORDERS = new Resource("api://orders", Set.of(), Set.of("orders.read", "orders.write"));

    static final List<Resource> ALL = List.of(GRAPH, RESOURCE_MANAGER, KEY_VAULT, ORDERS);

    /** The API of this name; a slash at the end makes no difference. */
    static Optional<Resource> find(String name) {
        var bare = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return ALL.stream()
                .filter(resource -> resource.id.equals(bare) || resource.aliases.contains(bare))
                .findFirst();
    }
}
