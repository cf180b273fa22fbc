package io.tokenbroker.caller;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.util.Set;
import java.util.UUID;

/**
 * What one client may do; by default nothing.
 *
 * @param providers identity provider ids, or {@code *}
 * @param resources resources without a slash at the end, or {@code *}
 * @param rate how often it may mint
 */
public record ClientPolicy(Set<String> providers, Set<String> resources, MintRate rate) {

    private static final String ANY = "*";

    public ClientPolicy {
        providers = Set.copyOf(providers);
        resources = Set.copyOf(resources);
    }

    public boolean allowsProvider(UUID provider) {
        return providers.contains(ANY) || providers.contains(provider.toString());
    }

    /** Refuses what this client may not do with accounts of this provider. */
    public void requireProvider(UUID provider) {
        if (!allowsProvider(provider)) {
            throw new BrokerException(
                    ProblemType.FORBIDDEN,
                    "This client's policy does not include the provider of this account. The broker's operator can add it: "
                            + "broker.clients.<name>.providers.");
        }
    }

    /** Refuses a resource that is not listed; a slash at the end makes no other resource. */
    public void requireResource(String resource) {
        if (!resources.contains(ANY) && !resources.contains(withoutSlash(resource))) {
            throw new BrokerException(
                    ProblemType.FORBIDDEN,
                    "This client's policy does not include this resource. The broker's operator can add it: "
                            + "broker.clients.<name>.resources.");
        }
    }

    static String withoutSlash(String resource) {
        return resource.endsWith("/") ? resource.substring(0, resource.length() - 1) : resource;
    }
}
