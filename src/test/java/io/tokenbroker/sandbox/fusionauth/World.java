package io.tokenbroker.sandbox.fusionauth;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.client.FusionAuthClient;
import io.fusionauth.domain.api.LoginResponse;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLoginRequest;
import java.util.UUID;

/** A FusionAuth with one provider, "Contoso", and clients of both. */
final class World implements AutoCloseable {

    static final UUID CONTOSO = UUID.fromString("c0000000-0000-4000-8000-000000000001");

    final ScriptedProvider contoso = new ScriptedProvider();
    final FusionAuthStandIn fusionAuth = new FusionAuthStandIn(0);

    World() {
        fusionAuth.start();
        provider(FusionAuthStandIn.linkingProvider("Contoso", contoso.issuer(), "client", "contoso-client-secret"));
    }

    /** Adds the provider in place of "Contoso". */
    void provider(IdentityProvider provider) {
        fusionAuth.addProvider(provider.withId(CONTOSO));
    }

    void strategy(LinkingStrategy strategy) {
        provider(fusionAuth.providers().getFirst().withStrategy(strategy));
    }

    FusionAuthClient client() {
        return client(FusionAuthStandIn.BROKER_API_KEY);
    }

    FusionAuthClient client(String key) {
        return new FusionAuthClient(
                key, fusionAuth.url().toString(), 5000, 35_000, FusionAuthStandIn.TENANT_ID.toString());
    }

    ClientResponse<LoginResponse, Errors> complete(String code) {
        return client().identityProviderLogin(request(code));
    }

    static IdentityProviderLoginRequest request(String code) {
        var request = new IdentityProviderLoginRequest();
        request.applicationId = FusionAuthStandIn.APPLICATION_ID;
        request.identityProviderId = CONTOSO;
        request.noJWT = true;
        request.addData("code", code)
                .addData("redirect_uri", "http://localhost:3000/callback")
                .addData("code_verifier", "a-verifier-of-some-length");
        return request;
    }

    @Override
    public void close() {
        fusionAuth.close();
        contoso.close();
    }
}
