package io.tokenbroker.refresh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.tenant.Entra.Issuer;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import java.io.IOException;
import java.net.URI;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Refuses tokens that are not known to be the account's, by the id_token beside them. It came from the token endpoint
 * itself, so its signature need not be checked (OpenID Connect Core §3.1.3.7, item 6).
 */
final class IdentityCheck {

    private static final Logger LOG = Logger.getLogger(IdentityCheck.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Set<String> CHANGE_WITH_NAME = Set.of("email", "preferred_username", "upn");

    private IdentityCheck() {}

    /** What is wrong with it; empty if the token is the account's as far as the provider tells. */
    static Optional<String> flaw(TokenSpec spec, Refreshed refreshed) {
        var provider = spec.provider();
        // Entra is always asked for openid. Elsewhere a refresh need not bring an id_token (OpenID Connect Core §12.2).
        var idToken = refreshed.idToken().filter(token -> provider.isEntra() || !isEncrypted(token));
        if (idToken.isEmpty()) {
            return Optional.of("it came without an id_token").filter(flaw -> provider.isEntra());
        }
        return claims(idToken.get())
                .map(claims -> flaw(provider, spec.remembered().link().identity(), claims))
                .orElse(Optional.of("its id_token cannot be read"));
    }

    private static Optional<String> flaw(Provider provider, String identity, JsonNode claims) {
        if (!isFor(claims.path("aud"), provider.tokenEndpoint().clientId())) {
            return Optional.of("its id_token is for another client (aud)");
        }
        if (provider.isEntra() ? isOfAnotherTenant(provider, claims) : hasAnotherIssuer(provider, claims)) {
            return Optional.of("its id_token is of another tenant (tid) or issuer (iss)");
        }
        var identities = provider.identityClaims().stream()
                .map(name -> claims.path(name).asText(""))
                .filter(value -> !value.isEmpty())
                .toList();
        if (identities.isEmpty()) {
            // FusionAuth may have the identity from userinfo alone; but sub is in every id_token, and at Entra all are.
            return Optional.of("its id_token lacks the claim that tells the identity")
                    .filter(flaw ->
                            provider.isEntra() || provider.identityClaims().contains("sub"));
        }
        return Optional.of("its id_token tells another identity").filter(flaw -> !identities.contains(identity));
    }

    /** @throws BrokerException if something is wrong */
    static void require(TokenSpec spec, Refreshed refreshed) {
        var flaw = flaw(spec, refreshed);
        if (flaw.isPresent()) {
            throw refusal(spec.provider(), flaw.get());
        }
    }

    private static BrokerException refusal(Provider provider, String flaw) {
        LOG.errorf(
                "The provider %s answered a refresh with a token that is not the account's: %s", provider.id(), flaw);
        return new BrokerException(
                ProblemType.UPSTREAM_ERROR,
                "The provider's token was refused, for it is not known to be the account's: %s. The account is not lost. The operator must look into it.%s"
                        .formatted(flaw, cure(provider)));
    }

    /** What is likely where the identity is one that changes. */
    private static String cure(Provider provider) {
        return provider.identityClaims().stream().noneMatch(CHANGE_WITH_NAME::contains)
                ? ""
                : " If the person was renamed at the provider, they must unlink the account and link it anew; so that it does not happen again, let sub or oid be the identity provider's unique id claim in FusionAuth.";
    }

    private static boolean isFor(JsonNode audience, String clientId) {
        var all = audience.isArray() ? audience : JSON.createArrayNode().add(audience);
        return StreamSupport.stream(all.spliterator(), false)
                .anyMatch(one -> one.asText("").equalsIgnoreCase(clientId));
    }

    private static boolean hasAnotherIssuer(Provider provider, JsonNode claims) {
        return provider.issuer()
                .filter(issuer ->
                        !Issuer.isSame(URI.create(issuer), claims.path("iss").asText("")))
                .isPresent();
    }

    /** An endpoint may name its tenant by a domain; then the issuer has the tenant's id. */
    private static boolean isOfAnotherTenant(Provider provider, JsonNode claims) {
        var tenant = claims.path("tid").asText("");
        var named = Stream.concat(provider.tokenEndpoint().entraTenant().stream(), provider.issuer().stream())
                .map(GUID::matcher)
                .filter(Matcher::find)
                .map(Matcher::group)
                .findFirst();
        return tenant.isEmpty()
                || named.filter(id -> !id.equalsIgnoreCase(tenant)).isPresent();
    }

    /** For the client alone, which has no key here (RFC 7516 §3.1): five parts. */
    private static boolean isEncrypted(Secret idToken) {
        return idToken.reveal().split("\\.", -1).length == 5;
    }

    private static Optional<JsonNode> claims(Secret idToken) {
        var parts = idToken.reveal().split("\\.", -1);
        try {
            return Optional.of(parts)
                    .filter(all -> all.length == 3)
                    .map(all -> Base64.getUrlDecoder().decode(all[1]))
                    .map(IdentityCheck::read)
                    .filter(JsonNode::isObject);
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static JsonNode read(byte[] claims) {
        try {
            return JSON.readTree(claims);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("no JSON");
        }
    }
}
