package io.tokenbroker.provider;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** OAuth scopes and the resources that they belong to: one rule for sign-in, consent and mint. */
public final class Scopes {

    public static final String OFFLINE_ACCESS = "offline_access";

    /** Scopes of OpenID Connect itself: no resource's. */
    public static final List<String> OPENID = List.of("openid", "profile", "email", OFFLINE_ACCESS);

    private static final String DEFAULT = "/.default";

    private Scopes() {}

    public static boolean isOpenId(String scope) {
        return OPENID.contains(scope.toLowerCase(Locale.ROOT));
    }

    /**
     * The one resource that these scopes are of; empty if all are OpenID's.
     *
     * @throws BrokerException if they are of several, or a scope comes beside the one that stands for all
     */
    public static Optional<String> resourceOf(Provider provider, Collection<String> scopes) {
        var wanted =
                scopes.stream().filter(scope -> !isOpenId(scope)).distinct().toList();
        var resources = wanted.stream()
                .map(scope -> resourceOf(provider, scope))
                .distinct()
                .toList();
        if (resources.size() > 1) {
            throw invalid("The scopes belong to several resources. Ask for one resource at a time.");
        }
        if (wanted.size() > 1 && wanted.stream().anyMatch(scope -> ("/" + scope).endsWith(DEFAULT))) {
            throw invalid("A /.default scope stands for all others of its resource. Ask for it alone.");
        }
        return resources.stream().findFirst();
    }

    /** At Entra a bare name is Graph's; elsewhere it belongs to nothing in particular. */
    public static String resourceOf(Provider provider, String scope) {
        var end = scope.lastIndexOf('/');
        // Entra knows an API by its application id too, which is no URI.
        if (end > 0 && (provider.isEntra() || scope.contains(":"))) {
            return scope.substring(0, end);
        }
        return provider.isEntra() ? provider.graph() : "";
    }

    private static BrokerException invalid(String detail) {
        return new BrokerException(ProblemType.INVALID_SCOPE, detail);
    }
}
