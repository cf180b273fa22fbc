package io.tokenbroker.ops;

import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.settings.ProviderSettings;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether one provider's settings can work. */
final class ProviderChecks {

    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}([-_.][0-9a-fA-F]{4}){3}[-_.][0-9a-fA-F]{12}");
    private static final Set<String> AUTHENTICATIONS = Set.of("client_secret_basic", "client_secret_post", "none");

    private final String id;
    private final String key;
    private final ProviderSettings provider;
    private final Faults faults;

    ProviderChecks(String id, ProviderSettings provider, Faults faults) {
        this.id = id;
        this.key = "broker.providers.\"" + id + "\"";
        this.provider = provider;
        this.faults = faults;
    }

    void check() {
        faults.require(
                ID.matcher(id).matches(),
                key + ":",
                "the key must be an identity provider's UUID, such as c0270500-0000-4000-8000-000000000001");
        checkGivenInFull();
        checkClient();
        faults.require(
                !provider.defaultResource().orElse("").endsWith(Scopes.DEFAULT),
                key + ".default-resource",
                "must be without /.default, which makes a scope of it");
        faults.require(
                provider.defaultLifetime().map(Duration::isPositive).orElse(true),
                key + ".default-lifetime",
                "must be longer than nothing");
        faults.require(
                provider.linking().claims().map(ClaimsRequest::areUsable).orElse(true),
                key + ".linking.claims",
                "must be a JSON object");
    }

    private void checkGivenInFull() {
        faults.require(
                provider.authorizationEndpoint().isPresent()
                        == provider.tokenEndpoint().isPresent(),
                key,
                "needs authorization-endpoint and token-endpoint together, or issuer alone, such as issuer=https://login.example.com");
        var hasEndpoints =
                provider.issuer().isPresent() || provider.tokenEndpoint().isPresent();
        faults.require(
                provider.clientId().isPresent() == hasEndpoints,
                key,
                "is given in part: client-id and issuer (or both endpoints) belong together, such as client-id=a1b2 and issuer=https://login.example.com");
    }

    private void checkClient() {
        var method = provider.clientAuthentication().orElse("client_secret_basic");
        faults.require(
                AUTHENTICATIONS.contains(method),
                key + ".client-authentication",
                "must be client_secret_basic, client_secret_post or none");
        faults.require(
                provider.clientId().isPresent()
                        || (provider.clientSecret().isEmpty()
                                && provider.clientAuthentication().isEmpty()),
                key,
                "has a client-secret or client-authentication without client-id: what FusionAuth has is not replaced in part, so give all, such as client-id=a1b2, or none");
        faults.requireOneLine(provider.clientSecret(), key + ".client-secret");
        faults.require(
                provider.clientId().isEmpty()
                        || method.equals("none")
                        || provider.clientSecret().isPresent(),
                key + ".client-secret",
                "is missing, which only client-authentication none allows");
    }
}
