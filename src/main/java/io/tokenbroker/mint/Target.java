package io.tokenbroker.mint;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a token is wanted for, normalized: the same target however the scopes are ordered.
 *
 * @param resource what the policy is asked about; empty for a provider's own default
 * @param scopes what the tenant is asked for, sorted; none leaves it to the tenant
 */
public record Target(String resource, List<String> scopes) {

    private static final String DEFAULT = "/.default";
    private static final String OFFLINE_ACCESS = "offline_access";

    /** Scopes of OpenID Connect itself: no resource's. */
    private static final Set<String> OPENID = Set.of("openid", "profile", "email", OFFLINE_ACCESS);

    public Target {
        scopes = List.copyOf(scopes);
    }

    static Target of(Provider provider, MintRequest request) {
        var scopes = request.scopes();
        if (scopes != null) {
            return ofScopes(provider, scopes);
        }
        return Optional.<String>ofNullable(request.resource())
                .or(provider::defaultResource)
                .or(() -> provider.isEntra() ? Optional.of(provider.graph()) : Optional.empty())
                .map(Target::ofResource)
                .orElseGet(() -> new Target("", List.of()));
    }

    /** The one resource that these scopes are of; empty if they are of none in particular, such as {@code openid}. */
    public static Optional<String> resourceOf(Provider provider, List<String> scopes) {
        return scopes.stream().allMatch(Target::isOpenId)
                ? Optional.empty()
                : Optional.of(ofScopes(provider, scopes).resource());
    }

    /** What an account can be refreshed for, whatever it is minted for: what was consented to at its first sign-in. */
    static Target anyOf(Provider provider) {
        return provider.isEntra() ? ofResource(provider.graph()) : new Target("", List.of());
    }

    /** What the refresh grant asks for; at Entra an id_token too, which tells the token's identity. */
    Optional<String> wireScope(Provider provider) {
        if (scopes.isEmpty()) {
            return Optional.empty();
        }
        var wanted = new TreeSet<>(scopes);
        wanted.add(OFFLINE_ACCESS);
        wanted.add("openid");
        if (provider.isEntra()) {
            wanted.add("profile");
        }
        return Optional.of(String.join(" ", wanted));
    }

    /** A resource that ends in a slash gets two: the scope is the identifier, then {@code /.default}. */
    private static Target ofResource(String resource) {
        if (resource.endsWith(DEFAULT)) {
            throw BrokerException.invalidField("resource", "must be without /.default, which makes a scope of it");
        }
        return new Target(resource, List.of(resource + DEFAULT));
    }

    static Target ofScopes(Provider provider, List<String> asked) {
        var scopes = asked.stream().filter(scope -> !isOpenId(scope)).collect(Collectors.toCollection(TreeSet::new));
        var resources =
                scopes.stream().map(scope -> resourceOf(provider, scope)).collect(Collectors.toSet());
        if (resources.size() > 1) {
            throw invalid("The scopes belong to several resources. Ask for one resource at a time.");
        }
        if (scopes.size() > 1 && scopes.stream().anyMatch(Target::isDefault)) {
            throw invalid("A /.default scope stands for all others of its resource. Ask for it alone.");
        }
        if (scopes.isEmpty()) {
            return anyOf(provider);
        }
        return new Target(resources.iterator().next(), List.copyOf(scopes));
    }

    private static boolean isOpenId(String scope) {
        return OPENID.contains(scope.toLowerCase(Locale.ROOT));
    }

    private static boolean isDefault(String scope) {
        return ("/" + scope).endsWith(DEFAULT);
    }

    /** At Entra a bare name is Graph's; elsewhere it belongs to nothing in particular. */
    private static String resourceOf(Provider provider, String scope) {
        var end = scope.lastIndexOf('/');
        // Entra knows an API by its application id too, which is no URI.
        var isResourceScope = end > 0 && (provider.isEntra() || scope.contains(":"));
        if (isResourceScope) {
            return scope.substring(0, end);
        }
        return provider.isEntra() ? provider.graph() : "";
    }

    private static BrokerException invalid(String detail) {
        return new BrokerException(ProblemType.INVALID_SCOPE, detail);
    }
}
