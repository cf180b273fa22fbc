package io.tokenbroker.token;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Scopes;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a token is wanted for, normalized: the same target however the scopes are ordered.
 *
 * @param resource what the policy is asked about; empty for a provider's own default
 * @param scopes what the tenant is asked for, sorted; none leaves it to the tenant
 */
public record Target(String resource, List<String> scopes) {

    /** What every grant is good for: at Entra OpenID's scopes, elsewhere whatever was granted at the sign-in. */
    static final Target SIGN_IN = new Target("", List.of());

    private static final String DEFAULT = "/.default";

    public Target {
        scopes = List.copyOf(scopes);
    }

    /** @param resource what is asked for; without it the provider's default */
    public static Target ofResource(Provider provider, Optional<String> resource) {
        return resource.or(provider::defaultResource)
                .or(() -> provider.isEntra() ? Optional.of(provider.graph()) : Optional.empty())
                .map(Target::ofResource)
                .orElseGet(() -> new Target("", List.of()));
    }

    /** What an account can be refreshed for, whatever it is minted for: what was consented to at its first sign-in. */
    public static Target anyOf(Provider provider) {
        return provider.isEntra() ? ofResource(provider.graph()) : new Target("", List.of());
    }

    /** What the refresh grant asks for; at Entra an id_token too, which tells whose token it is. */
    public Optional<String> wireScope(Provider provider) {
        if (scopes.isEmpty() && !provider.isEntra()) {
            return Optional.empty();
        }
        var spec = new TreeSet<>(scopes);
        spec.add(Scopes.OFFLINE_ACCESS);
        spec.add("openid");
        if (provider.isEntra()) {
            spec.add("profile");
            if (provider.identityClaims().contains("email")) {
                spec.add("email");
            }
        }
        return Optional.of(String.join(" ", spec));
    }

    /** A resource that ends in a slash gets two: the scope is the identifier, then {@code /.default}. */
    private static Target ofResource(String resource) {
        if (resource.endsWith(DEFAULT)) {
            throw BrokerException.invalidField("resource", "must be without /.default, which makes a scope of it");
        }
        return new Target(resource, List.of(resource + DEFAULT));
    }

    public static Target ofScopes(Provider provider, List<String> asked) {
        var scopes = asked.stream()
                .filter(scope -> !Scopes.isOpenId(scope))
                .sorted()
                .distinct()
                .toList();
        return Scopes.resourceOf(provider, scopes)
                .map(resource -> new Target(resource, scopes))
                .orElseGet(() -> anyOf(provider));
    }
}
