package io.tokenbroker.mint;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.seal.Secret;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Refuses a token whose identity cannot be the account's, as a mix-up of links or an endpoint without a tenant would
 * give. The id_token came from the token endpoint itself, so its signature need not be checked (OpenID Connect Core
 * §3.1.3.7, item 6); where there is none, or it lacks the claims, there is nothing to compare.
 */
final class IdentityCheck {

    private static final Logger LOG = Logger.getLogger(IdentityCheck.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private IdentityCheck() {}

    /** Whether the token may be the account's. */
    static boolean passes(Provider provider, Link link, Optional<Secret> idToken) {
        var identities =
                idToken.map(token -> claims(token, provider.identityClaims())).orElseGet(Set::of);
        return identities.isEmpty() || identities.contains(link.identity());
    }

    static BrokerException refusal(Provider provider) {
        LOG.errorf(
                "The provider %s answered a refresh with the token of another identity; it was refused", provider.id());
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "The provider answered with the token of another identity, which was refused. The operator must look into it; the account is not lost.");
    }

    private static Set<String> claims(Secret idToken, Set<String> names) {
        var parts = idToken.reveal().split("\\.", -1);
        if (parts.length != 3) {
            return Set.of();
        }
        try {
            var claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
            return names.stream()
                    .map(name -> claims.path(name).asText(""))
                    .filter(value -> !value.isEmpty())
                    .collect(Collectors.toSet());
        } catch (IOException | IllegalArgumentException unreadable) {
            return Set.of();
        }
    }
}
