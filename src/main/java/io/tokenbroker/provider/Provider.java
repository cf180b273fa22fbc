package io.tokenbroker.provider;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.Entra.MicrosoftGraph;
import io.tokenbroker.tenant.TokenEndpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * An identity provider that works: a person can connect an account of it, and the broker can mint for it.
 *
 * @param issuer what an authorization response must say in {@code iss}, if it says it (RFC 9207)
 * @param promisesIssuer whether an authorization response without {@code iss} is not the provider's (RFC 9207 §2.4)
 * @param rotation whether a used refresh token stays good
 * @param defaultLifetime how long an access token lives of which it does not say so
 * @param defaultResource what a mint asks for that names neither resource nor scopes
 * @param identityClaims the id_token's claims of which one equals an account's identity: one where FusionAuth says which
 */
public record Provider(
        UUID id,
        String name,
        Optional<String> issuer,
        boolean promisesIssuer,
        URI authorizationEndpoint,
        TokenEndpoint tokenEndpoint,
        Rotation rotation,
        Duration defaultLifetime,
        Optional<String> defaultResource,
        Set<String> identityClaims) {

    /** Where the settings say nothing. Short: a provider that does not say so gets asked again soon. */
    static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(60);

    public Provider {
        identityClaims = Set.copyOf(identityClaims);
    }

    public boolean isEntra() {
        return tokenEndpoint.isEntra();
    }

    /** How long a refresh token lives that is not used, where that is known: at Entra 90 days. */
    public Optional<Duration> refreshTokenLifetime() {
        return isEntra() ? Optional.of(Duration.ofDays(90)) : Optional.empty();
    }

    /** At Entra: the resource whose scopes have bare names. */
    public String graph() {
        return defaultResource.filter(MicrosoftGraph::is).orElseGet(() -> MicrosoftGraph.of(tokenEndpoint));
    }

    /** OAuth scopes and the resources that they belong to: one rule for sign-in, consent and mint. */
    public static final class Scopes {

        public static final String OPENID = "openid";
        public static final String PROFILE = "profile";
        public static final String EMAIL = "email";
        public static final String OFFLINE_ACCESS = "offline_access";

        /** What stands for all scopes of a resource, at its end. */
        public static final String DEFAULT = "/.default";

        /** Scopes of OpenID Connect itself: no resource's. */
        public static final List<String> ALL_OF_OPENID = List.of(OPENID, PROFILE, EMAIL, OFFLINE_ACCESS);

        private Scopes() {}

        public static boolean isOpenId(String scope) {
            return ALL_OF_OPENID.contains(scope.toLowerCase(Locale.ROOT));
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
}
